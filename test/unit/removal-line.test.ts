// What an administrator is asked to consent to when services go with the app: one line for cmd.exe, whatever the user's variables say.
import { expect, it } from 'vitest';
import { removalLine } from '../../src/elevation/removal-consent.ts';

const SYSTEM = 'C:\\Windows\\System32';
const HOST = 'C:\\Program Files\\Hermes Gateway Service\\0123456789abcdef\\hermes-gateway-host.exe';

it('runs the host of each service, one after the other, without the variables of the user', () => {
  const services = (['HermesGateway', 'HermesGateway-work'] as const).map(service => ({ service, hostCommand: [HOST] }));
  const line = removalLine(services, SYSTEM, ['PATH', 'node_odd_option'])?.split('&') ?? [];
  expect(line[0]).toBe(`cd /d "${SYSTEM}"`);
  expect(line).toEqual(expect.arrayContaining(['set NODE_OPTIONS=', 'set OPENSSL_CONF=', 'set NODE_ODD_OPTION=']));
  expect(line.slice(-2)).toEqual([
    `"${HOST}" elevated uninstall --service HermesGateway`,
    `"${HOST}" elevated uninstall --service HermesGateway-work`,
  ]);
});

it.each(['C:\\100%\\host.exe', 'C:\\a"b\\host.exe', 'C:\\a\nb\\host.exe', ''])(
  'is none for a program that cmd.exe would take for another: %j',
  program => {
    expect(removalLine([{ service: 'HermesGateway', hostCommand: [program] }], SYSTEM, [])).toBeUndefined();
  },
);
