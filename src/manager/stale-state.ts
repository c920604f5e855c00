/** Leftovers of ended processes in a state folder: locks, holds, journals, damaged and unfinished files. None keeps a gateway stopped. */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type ProblemCode, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { RepairableProblem } from '../model/repair.ts';
import { disk } from '../state/disk.ts';
import { readJson } from '../state/files.ts';
import { holdInForce } from '../state/holds.ts';
import { lockHolder } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { isUnderWay, journalFile, readJournals } from '../update/journal.ts';
import { settleUpdates } from '../update/resume.ts';

/** State files that the service can run without; a damaged one is only renamed. */
const DISPENSABLE = ['desired.json', 'host.json', 'runner.json', 'launch.json'];
/** An unfinished write older than this was interrupted, in milliseconds. */
const UNFINISHED_MS = 60_000;

export async function staleState(folder: StateFolder, processes: ProcessTable): Promise<RepairableProblem[]> {
  const found = await Promise.all([locks(folder, processes), updates(folder, processes), damaged(folder), unfinished(folder)]);
  return found.flat();
}

function locks(folder: StateFolder, processes: ProcessTable): RepairableProblem[] {
  const files = [folder.supervisorLock, folder.runnerLock, folder.operationLock];
  const stale = files.filter(file => existsSync(file) && lockHolder(file, processes) === undefined);
  return stale.map(file => removal('lock-stale', file, noted('stale')));
}

async function updates(folder: StateFolder, processes: ProcessTable): Promise<RepairableProblem[]> {
  const { service } = folder;
  const holds = (await folder.holds()).filter(hold => !holdInForce([hold], processes, Date.now()));
  const journals = (await readJournals(path.dirname(folder.path))).flatMap(found => {
    if (!('journal' in found)) return [];
    const { journal } = found;
    return journal.profiles.some(planned => planned.service === service) && !isUnderWay(journal, processes) ? [journal] : [];
  });
  const files = [
    ...holds.map(({ id }) => path.join(folder.path, `hold-${id}.json`)),
    ...journals.map(({ id }) => journalFile(path.dirname(folder.path), id)),
  ];
  if (files.length === 0) return [];
  const changes = files.map((target): ReceiptRow => ({ action: 'remove', kind: 'file', target, ...noted('stale') }));
  return [{ problem: problem('hold-stale', `(${files.join(', ')})`), changes, repair: () => settleUpdates(folder, processes) }];
}

async function damaged(folder: StateFolder): Promise<RepairableProblem[]> {
  const reads = await Promise.all(
    DISPENSABLE.map(async name => {
      const file = path.join(folder.path, name);
      return { file, read: await readJson(file) };
    }),
  );
  return reads.flatMap(({ file, read }): RepairableProblem[] => {
    if (read.state === 'denied') return [{ problem: problem('state-unreadable', `(${file})`), changes: [] }];
    if (read.state !== 'damaged') return [];
    const changes = [{ action: 'remove', kind: 'file', target: file, ...noted('put-aside') } as const];
    return [
      { problem: problem('state-file-damaged', `(${file}: ${read.why})`), changes, repair: () => disk.rename(file, `${file}.damaged`) },
    ];
  });
}

async function unfinished(folder: StateFolder): Promise<RepairableProblem[]> {
  const names = await fs.readdir(folder.path).catch((): string[] => []);
  const found = await Promise.all(
    names
      .filter(name => name.startsWith('.') && name.endsWith('.tmp'))
      .map(async name => {
        const file = path.join(folder.path, name);
        const written = await fs.stat(file).catch(() => undefined);
        return written && Date.now() - written.mtimeMs > UNFINISHED_MS ? [removal('write-unfinished', file, noted('stale'))] : [];
      }),
  );
  return found.flat();
}

function removal(code: ProblemCode, file: string, note: Pick<ReceiptRow, 'detail' | 'note'>): RepairableProblem {
  const changes = [{ action: 'remove', kind: 'file', target: file, ...note } as const];
  return { problem: problem(code, `(${file})`), changes, repair: () => disk.rm(file, { force: true }) };
}
