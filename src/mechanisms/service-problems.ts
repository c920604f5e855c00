/**
 * Compares a registered service with what it should be: each setting that differs becomes a problem with both values. Only the start type
 * is the user's choice: the registered one is remembered, and a different one was chosen by the user. Pure.
 */

import type { BeforeSignIn } from '../model/before-sign-in.ts';
import type { ServiceName } from '../model/identity.ts';
import { type ProblemCode, problem } from '../model/problems.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';

/** What was found of a service; the texts are for people. */
export interface FoundService {
  /** Names of the settings that differ, as `mismatches` gives them. */
  readonly wrong: readonly string[];
  readonly binaryPath: string;
  /** Whether the program file exists. */
  readonly hasProgram: boolean;
  readonly account: string;
  /** The restart delays in seconds; undefined where there are none, or actions other than restarts. */
  readonly delays: string | undefined;
  readonly startType: string;
  /** As it was registered by the last installation. */
  readonly rememberedStartType: string;
  readonly beforeSignIn: BeforeSignIn;
  readonly hasOwner: boolean;
  readonly hasEventSource: boolean;
}

export interface WantedService {
  readonly service: ServiceName;
  readonly binaryPath: string;
  readonly delays: string;
  readonly beforeSignIn: BeforeSignIn;
  /** The source of the event log. */
  readonly eventSource: string;
}

/** Settings that have a problem code; the other settings share one. */
const OWN: ReadonlySet<string> = new Set(['binaryPath', 'recovery', 'failuresWithoutCrash', 'security', 'account']);

export function serviceProblems(found: FoundService, wanted: WantedService): FoundProblem[] {
  const { wrong, hasProgram, binaryPath, account, delays = 'none' } = found;
  const { service, eventSource } = wanted;
  const change = (kind: ReceiptRow['kind'], was: string, becomes: string): ReceiptRow => ({
    action: 'change',
    kind,
    target: service,
    ...noted('repaired', was, becomes),
  });
  const where = (is: boolean, code: ProblemCode, row: ReceiptRow, detail?: string): FoundProblem[] =>
    is ? [{ problem: problem(code, detail), changes: [row] }] : [];
  const program = change('service', binaryPath, wanted.binaryPath);
  // Where the program that would be registered is missing itself, there is nothing to register.
  const missing = { problem: problem('host-missing', `(${binaryPath})`), changes: wrong.includes('binaryPath') ? [program] : [] };
  const owner: ReceiptRow = { action: 'create', kind: 'registry', target: `${service}\\Parameters`, ...noted('owner') };
  const others = wrong.filter(name => !OWN.has(name)).join(', ');
  return [
    ...(hasProgram ? where(wrong.includes('binaryPath'), 'host-outdated', program) : [missing]),
    ...where(wrong.includes('recovery'), 'ladder-changed', change('ladder', delays, wanted.delays)),
    ...where(wrong.includes('failuresWithoutCrash'), 'failure-flag-off', change('service', 'off', 'on')),
    ...(wrong.includes('security') ? [rightsProblem(service)] : []),
    ...where(wrong.includes('account'), 'account-changed', change('service', account, 'LocalSystem'), `(${account})`),
    ...where(others !== '', 'service-changed', change('service', others, 'as installed'), `(${others})`),
    ...where(
      found.beforeSignIn !== wanted.beforeSignIn,
      'before-sign-in-changed',
      change('registry', found.beforeSignIn, wanted.beforeSignIn),
      `(${found.beforeSignIn} instead of ${wanted.beforeSignIn})`,
    ),
    ...where(!found.hasOwner, 'owner-missing', owner),
    ...where(!found.hasEventSource, 'event-source-missing', { action: 'create', kind: 'registry', target: eventSource }),
    ...startTypeProblems(found, service),
  ];
}

/** The owner has other rights on the service than the installation gave; possibly none. */
export function rightsProblem(service: ServiceName): FoundProblem {
  return { problem: problem('rights-changed'), changes: [{ action: 'create', kind: 'right', target: service, ...noted('rights') }] };
}

function startTypeProblems({ startType, rememberedStartType }: FoundService, service: ServiceName): FoundProblem[] {
  if (startType === rememberedStartType) return [];
  const code = startType === 'disabled' ? 'start-disabled' : 'start-type-chosen';
  const kept: ReceiptRow = { action: 'keep', kind: 'service', target: service, ...noted('start-type', startType) };
  return [{ problem: problem(code, code === 'start-disabled' ? undefined : `(${startType})`), changes: [kept], kept: true }];
}
