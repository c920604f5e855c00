// Which of its two names the default profile's service has.
import { describe, expect, it } from 'vitest';
import { isNameTaken, type NameFacts } from '../../src/mechanisms/service-name.ts';

const PACKAGED = 'C:\\Program Files\\WindowsApps\\Nous.Hermes_1.0.0.0_x64__a\\hermes.exe gateway run --service';
const OURS = '"C:\\Program Files\\Hermes Gateway Service\\a\\hermes-gateway-host.exe" service --service HermesGateway';

type Installed = Partial<Record<string, ReturnType<NameFacts['mechanism']>>>;

describe('plain name of the service', () => {
  it.each<[string, boolean, boolean, string | undefined, Installed]>([
    ['is ours outside of a package', false, false, undefined, {}],
    ["is not ours where Hermes' own packaged service has it", true, false, PACKAGED, {}],
    ['never becomes ours in a package, whose update could claim it', true, true, undefined, {}],
    ['stays ours where a service of ours has it, also in a package', false, true, OURS, { HermesGateway: 'service' }],
    ['is not ours any more where a package took it from our service', true, false, PACKAGED, { HermesGateway: 'service' }],
    ['stays that of a sign-in start, which no package can claim', false, true, PACKAGED, { HermesGateway: 'startup' }],
    ['is not ours while a service of ours has the other one', true, false, undefined, { 'HermesGateway-default': 'service' }],
  ])('%s', (_title, taken, inPackage, image, installed) => {
    expect(isNameTaken({ inPackage, image, mechanism: service => installed[service] })).toBe(taken);
  });
});
