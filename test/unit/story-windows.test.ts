// Which processes of Windows belong to a trial of `npm start`.
import { expect, it } from 'vitest';
import { ofTrial } from '../../demo/story/windows-system.ts';

const FOLDER = 'C:\\Users\\anna\\AppData\\Local\\Temp\\hermes-trial-x1';
const TRIAL = { folder: FOLDER, service: 'HermesGateway-1234abcd' };
const NODE = 'C:\\Program Files\\nodejs\\node.exe';
const HOST = 'C:\\Users\\anna\\AppData\\Local\\HermesGatewayService\\host\\0123\\hermes-gateway.cjs';
const pids = (...commands: readonly (readonly string[])[]) =>
  ofTrial(
    commands.map((argv, at) => ({ pid: at + 1, argv })),
    TRIAL,
  ).map(({ pid }) => pid);

it('counts host, runner, gateway and updater', () => {
  expect(
    pids(
      [NODE, HOST, 'supervise', '--service', TRIAL.service],
      [NODE, HOST, 'run', '--service', TRIAL.service],
      [NODE, `${FOLDER}\\gateway\\gateway.mjs`, 'gateway', 'run'],
      [NODE, `${FOLDER}\\gateway\\update.mjs`],
    ),
  ).toEqual([1, 2, 3, 4]);
});

it('counts no other service, no process that names the home only, none that prints help, and none that it cannot read', () => {
  expect(
    pids(
      [NODE, HOST, 'run', '--service', 'HermesGateway'],
      [NODE, 'C:\\project\\demo\\start.mjs'],
      [NODE, `${FOLDER}\\gateway\\gateway.mjs`, 'gateway', 'run', '--help'],
      [],
    ),
  ).toEqual([]);
});
