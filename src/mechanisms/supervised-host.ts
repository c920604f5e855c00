/** What is the same for every mechanism whose host is a supervisor: the lock and the facts of the supervisor say what runs. */

import { realpathSync } from 'node:fs';
import { isSuspended } from '../gateway/process-start-time.ts';
import { attempt } from '../model/attempt.ts';
import type { Registration } from '../model/facts.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { Status } from '../model/status.ts';
import { environmentOf } from '../process/process-environment.ts';
import { continueProcess } from '../process/signal.ts';
import { lockHolder } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { HostPort, HostProgram } from './host-port.ts';

export interface SupervisedHostOptions {
  /** How this program starts itself: `[node, script]`, or the host executable. */
  readonly hostCommand: readonly string[];
  /** Folder of all state folders. */
  readonly stateRoot: string;
  readonly processes: ProcessTable;
}

export function supervisedHost(processes: ProcessTable): Pick<HostPort, 'elevated' | 'hostFacts' | 'stop' | 'isGone' | 'environment'> {
  return {
    elevated: false,
    hostFacts: async (_identity, folder) => {
      const facts = await folder.hostFacts();
      if (!facts || lockHolder(folder.supervisorLock, processes)) return facts;
      // Of a killed supervisor only the end of its runner is still true.
      return { ...facts, phase: 'stopped' };
    },
    // The supervisor watches the state folder and stops its runner when the desired state is "stopped"; it may have got SIGSTOP.
    stop: async (_identity, folder) => {
      continueSupervisor(folder, processes);
    },
    isGone: async (_identity, folder) => !lockHolder(folder.supervisorLock, processes),
    environment: folder => {
      const holder = lockHolder(folder.supervisorLock, processes);
      return holder && environmentOf(holder.pid);
    },
  };
}

/** Whether a supervisor runs. One that got SIGSTOP continues: it would start no runner. */
export function continueSupervisor(folder: StateFolder, processes: ProcessTable): boolean {
  const holder = lockHolder(folder.supervisorLock, processes);
  if (holder) continueProcess(holder.pid);
  return holder !== undefined;
}

/** @param present the program that would be started now */
export async function supervisorProgram(folder: StateFolder, processes: ProcessTable, present: string | undefined): Promise<HostProgram> {
  const program = lockHolder(folder.supervisorLock, processes) && (await folder.hostFacts())?.program;
  if (program === undefined) return 'same';
  const real = attempt(() => realpathSync(program));
  if (real === undefined) return 'gone';
  return present === undefined || real === attempt(() => realpathSync(present)) ? 'same' : 'another';
}

/** The problem of a supervisor whose program was moved or deleted. */
export async function movedProgram(folder: StateFolder, processes: ProcessTable): Promise<readonly Problem[]> {
  return (await supervisorProgram(folder, processes, undefined)) === 'gone' ? [problem('host-moved')] : [];
}

/** The registration of a supervised service, and whether its supervisor runs. */
export function supervisedRegistration(folder: StateFolder, processes: ProcessTable): Registration {
  const holder = lockHolder(folder.supervisorLock, processes);
  if (!holder) return { state: 'registered', host: 'stopped' };
  return { state: 'registered', host: 'running', hostPid: holder.pid, ...(isSuspended(holder.pid) && { suspended: true }) };
}

export function supervisorReceipt(verb: 'install' | 'uninstall', { servicePid }: Status): readonly ReceiptRow[] {
  if (verb === 'install') return [{ action: servicePid ? 'keep' : 'start', kind: 'process', target: 'supervisor', ...noted('windowless') }];
  return servicePid ? [{ action: 'stop', kind: 'process', target: `supervisor (PID ${servicePid})` }] : [];
}
