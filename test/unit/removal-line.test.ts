// What an administrator is asked to consent to when services go with the app: one line for cmd.exe, whatever the user's variables say.
import { expect, it } from 'vitest';
import { whyTooLong } from '../../src/elevation/prompt-command.ts';
import { removalLine } from '../../src/elevation/removal-consent.ts';
import type { ServiceName } from '../../src/model/identity.ts';

const SYSTEM = 'C:\\Windows\\System32';
const HOST = 'C:\\Program Files\\Hermes Gateway Service\\0123456789abcdef\\hermes-gateway-host.exe';

it('runs the host of each service, one after the other, without the variables of the user', () => {
  const services = (['HermesGateway', 'HermesGateway-work'] as const).map(service => ({ service, hostCommand: [HOST] }));
  const line = removalLine(services, SYSTEM, ['PATH', 'node_odd_option'])?.split('&') ?? [];
  expect(line[0]).toBe(`cd /d "${SYSTEM}"`);
  expect(line).toEqual(expect.arrayContaining(['set NODE_OPTIONS=', 'set OPENSSL_CONF=', 'set NODE_ODD_OPTION=']));
  expect(line.at(-1)).toBe(`(for %s in (HermesGateway HermesGateway-work) do "${HOST}" elevated uninstall --service %s)`);
});

it('names the services of two hosts by these', () => {
  const other = HOST.replace('0123', '4567');
  const services = (['HermesGateway', 'HermesGateway-work'] as const).map((service, at) => ({
    service,
    hostCommand: [[HOST, other][at] ?? ''],
  }));
  expect(removalLine(services, SYSTEM, [])?.split('&').slice(-2)).toEqual([
    `(for %s in (HermesGateway) do "${HOST}" elevated uninstall --service %s)`,
    `(for %s in (HermesGateway-work) do "${other}" elevated uninstall --service %s)`,
  ]);
});

it('is short enough for the consent of Windows with 40 services', () => {
  const services = Array.from({ length: 40 }, (_, at) => ({ service: `HermesGateway-profile-${at}` as ServiceName, hostCommand: [HOST] }));
  expect(whyTooLong(removalLine(services, SYSTEM, []) ?? '')).toBeUndefined();
  expect(whyTooLong(removalLine([...services, ...services], SYSTEM, []) ?? '')).toMatch(/^a command line of \d+ characters/);
});

it.each(['C:\\100%\\host.exe', 'C:\\a"b\\host.exe', 'C:\\a\nb\\host.exe', ''])(
  'is none for a program that cmd.exe would take for another: %j',
  program => {
    expect(removalLine([{ service: 'HermesGateway', hostCommand: [program] }], SYSTEM, [])).toBeUndefined();
  },
);
