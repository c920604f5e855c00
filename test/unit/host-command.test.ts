// How an app starts the host of a folder: installed, in development, and why it cannot.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostCommandIn, thisProgram } from '../../src/process/host-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'host-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = process.platform === 'win32' ? 'hermes-gateway-host.exe' : 'hermes-gateway-host';
const put = (name: string) => {
  writeFileSync(path.join(folder, name), '');
  return path.join(folder, name);
};
const app = (versions: object, env: object = {}) => ({ ...process, execPath: '/app/electron', versions, env }) as typeof process;
const refusal = (remedy: RegExp) => expect.objectContaining({ code: 'service-program-missing', remedy: expect.stringMatching(remedy) });

it('starts the executable, also where the script is beside it', () => {
  put('hermes-gateway.cjs');
  put(PROGRAM);
  expect(hostCommandIn(folder)).toEqual([path.join(folder, PROGRAM)]);
});

it('starts the script under the Node of npm in an app, and under this Node elsewhere', () => {
  const script = put('hermes-gateway.cjs');
  expect(hostCommandIn(folder, app({ electron: '40.0.0' }, { npm_node_execpath: '/usr/bin/node' }))).toEqual(['/usr/bin/node', script]);
  expect(hostCommandIn(folder, app({}))).toEqual(['/app/electron', script]);
});

it('says in an app without npm that npm must start it', () => {
  put('hermes-gateway.cjs');
  expect(() => hostCommandIn(folder, app({ electron: '40.0.0' }))).toThrow(refusal(/by npm/));
});

it('refuses a folder without a host, and one in an archive', () => {
  expect(() => hostCommandIn(folder)).toThrow(refusal(/^Repair/));
  for (const inside of ['/app/resources/app.asar/host', 'C:\\app\\resources\\app.asar\\host', '/app/app.asar'])
    expect(() => hostCommandIn(inside)).toThrow(refusal(/extraResources/));
  expect(() => hostCommandIn('/app/app.asar.unpacked/host')).toThrow(refusal(/^Repair/));
});

it('names its own script after that was moved away, so that Node is not started alone', () => {
  const script = put('hermes-gateway.cjs');
  rmSync(script);
  expect(thisProgram([process.execPath, script, 'supervise'])).toEqual([process.execPath, script]);
});
