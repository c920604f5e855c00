/**
 * An update by Hermes' own updater, which stops the service with `sc.exe`, as any user can, and starts it again. No process of ours runs in
 * between, so the runner that is stopped writes a journal and a hold in the updater's name: if the updater dies before it has started the
 * service again, the next process of ours reads that the gateway should run.
 */

import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Definition } from '../model/definition.ts';
import { identityOf } from '../model/identity.ts';
import { type ProcessTable, processRef } from '../model/process-ref.ts';
import { HOLD_CAP_MS, systemUptimeMs } from '../state/holds.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { noteEnd, resultOf } from './ending.ts';
import { journalFile, readJournal, removeJournal, type UpdateJournal, writeJournal } from './journal.ts';

const WHO = "Hermes' own updater";
const WHAT = 'Hermes';

/** The service of this folder was stopped while the updater with this PID was running, and not because the user requested it. */
export async function adoptUpdate(folder: StateFolder, definition: Definition, pid: number, processes: ProcessTable): Promise<void> {
  const owner = processRef(pid, processes);
  const since = new Date().toISOString();
  const id = randomUUID();
  const journal: UpdateJournal = {
    schema: 1,
    id,
    what: WHAT,
    who: WHO,
    since,
    owner,
    step: 'updating',
    profiles: [{ ...identityOf(definition), mechanism: definition.mechanism, state: 'stopped' }],
  };
  await writeJournal(path.dirname(folder.path), journal);
  const until = new Date(Date.now() + HOLD_CAP_MS).toISOString();
  await folder.placeHold({ schema: 1, id, who: WHO, why: 'updates Hermes', since, until, uptimeMs: systemUptimeMs(), holder: owner });
}

/** The service was started from outside: ends the update that had stopped it, unless the user requested a start since. Gives PIDs. */
export async function endAdoptedUpdates(folder: StateFolder): Promise<readonly number[]> {
  const stateRoot = path.dirname(folder.path);
  const { at } = await folder.desired();
  const adopted = (await folder.holds()).filter(({ who, since }) => who === WHO && since > at);
  for (const { id } of adopted) {
    const file = journalFile(stateRoot, id);
    const found = await readJournal(file);
    if (found && 'journal' in found) await noteEnd(folder, { ...found.journal, result: resultOf('updated', `${WHO} is done.`) });
    folder.releaseHold(id);
    await removeJournal(file);
  }
  return adopted.map(({ holder }) => holder.pid);
}
