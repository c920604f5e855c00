// What is left of a registration that fails at one of its steps: of a new service, and of a change to one that is there. One JSON document.
import type { ServiceName } from '../../../src/model/identity.ts';
import { onEachStep } from './steps.ts';

/** The number of the step that Windows refuses. */
let refused = Number.POSITIVE_INFINITY;
let taken: string[] = [];
onEachStep(step => {
  taken.push(step);
  return taken.length - 1 === refused;
});

const { registerService, unregisterService, isRegistered } = await import('../../../src/mechanisms/service-registration.ts');
const { EVENT_SOURCE_KEY } = await import('../../../src/windows/event-log.ts');
const { readKey } = await import('../../../src/windows/registry.ts');
const { serviceKey } = await import('../../../src/windows/scm.ts');
const { readInstalled } = await import('../../../src/windows/service-install.ts');
const { GatewayServiceError } = await import('../../../src/model/errors.ts');

export interface Failing {
  /** Every step of a registration that is new, and whether what it left when it was refused was nothing. */
  readonly created: readonly { readonly step: string; readonly code: string; readonly left: boolean }[];
  /** The same of a change, and whether everything was as before. */
  readonly changed: readonly { readonly step: string; readonly code: string; readonly same: boolean }[];
}

const service: ServiceName = 'HermesGateway-failing';
const registration = { service, hostCommand: ['C:\\program\\host.exe'], recovery: { delaysMs: [1_000, 2_000], resetMs: 60_000 } };
const other = { service, hostCommand: ['C:\\other\\host.exe'], recovery: { delaysMs: [3_000], resetMs: 30_000 } };

/** The refused step and what it was told as; undefined when there are no more steps. */
function refuse(at: number, register: () => unknown): { step: string; code: string } | undefined {
  taken = [];
  refused = at;
  try {
    register();
    return undefined;
  } catch (error) {
    return { step: taken[at] ?? '', code: error instanceof GatewayServiceError ? error.code : String(error) };
  } finally {
    refused = Number.POSITIVE_INFINITY;
  }
}

const created: Failing['created'][number][] = [];
for (let at = 0; ; at += 1) {
  const failure = refuse(at, () => registerService(registration, { enable: true }));
  if (!failure) break;
  created.push({ ...failure, left: readKey(serviceKey(service)) !== undefined || readKey(EVENT_SOURCE_KEY) !== undefined });
}
if (!isRegistered(registration, { enable: true })) throw new Error('the last registration, which nobody refused, did not come about');

const picture = () => JSON.stringify([readInstalled(service), readKey(`${serviceKey(service)}\\Parameters`), readKey(EVENT_SOURCE_KEY)]);
const before = picture();
const changed: Failing['changed'][number][] = [];
for (let at = 0; ; at += 1) {
  const failure = refuse(at, () => registerService(other, { enable: true }));
  if (!failure) break;
  changed.push({ ...failure, same: picture() === before });
}
if (!isRegistered(other, { enable: true })) throw new Error('the last change, which nobody refused, did not come about');
await unregisterService(service);
console.log(JSON.stringify({ created, changed } satisfies Failing));
process.exit(0);
