/**
 * Compares a registered service with what it should be: each setting that differs becomes a problem with both values. Only the start type
 * is the user's choice: the registered one is remembered, and a different one was chosen by the user. Pure.
 */

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
  readonly hasOwner: boolean;
  readonly hasEventSource: boolean;
}

export interface WantedService {
  readonly service: ServiceName;
  readonly binaryPath: string;
  readonly delays: string;
  /** The source of the event log. */
  readonly eventSource: string;
}

/** Settings that have a problem code; the other settings share one. */
const OWN: ReadonlySet<string> = new Set(['program', 'recovery', 'failuresWithoutCrash', 'security', 'account']);

export function serviceProblems(found: FoundService, wanted: WantedService): FoundProblem[] {
  const { service } = wanted;
  const change = (kind: ReceiptRow['kind'], was: string, becomes: string): ReceiptRow => ({
    action: 'change',
    kind,
    target: service,
    ...noted('repaired', was, becomes),
  });
  const foundProblem = (code: ProblemCode, row: ReceiptRow, detail?: string): FoundProblem => ({
    problem: problem(code, detail),
    changes: [row],
  });
  const foundProblems: FoundProblem[] = [];
  const { wrong } = found;
  const program = change('service', found.binaryPath, wanted.binaryPath);
  if (!found.hasProgram) {
    // Where the program that would be registered is missing itself, there is nothing to register.
    const changes = wrong.includes('program') ? [program] : [];
    foundProblems.push({ problem: problem('host-missing', `(${found.binaryPath})`), changes });
  } else if (wrong.includes('program')) foundProblems.push(foundProblem('host-outdated', program));
  if (wrong.includes('recovery'))
    foundProblems.push(foundProblem('ladder-changed', change('ladder', found.delays ?? 'none', wanted.delays)));
  if (wrong.includes('failuresWithoutCrash')) foundProblems.push(foundProblem('failure-flag-off', change('service', 'off', 'on')));
  if (wrong.includes('security')) foundProblems.push(rightsProblem(service));
  if (wrong.includes('account')) {
    foundProblems.push(foundProblem('account-changed', change('service', found.account, 'LocalSystem'), `(${found.account})`));
  }
  const others = wrong.filter(name => !OWN.has(name));
  if (others.length > 0)
    foundProblems.push(foundProblem('service-changed', change('service', others.join(', '), 'as installed'), `(${others.join(', ')})`));
  if (!found.hasOwner)
    foundProblems.push(
      foundProblem('owner-missing', { action: 'create', kind: 'registry', target: `${service}\\Parameters`, ...noted('owner') }),
    );
  if (!found.hasEventSource)
    foundProblems.push(foundProblem('event-source-missing', { action: 'create', kind: 'registry', target: wanted.eventSource }));
  return [...foundProblems, ...startTypeProblems(found, service)];
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
