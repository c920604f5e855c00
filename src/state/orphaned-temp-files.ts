/** Temporary files of killed writers (`files.ts`, `lock.ts`). No process reads them; they are removed so that they do not accumulate. */

import fs from 'node:fs';
import path from 'node:path';
import type { ProcessTable } from '../model/process-ref.ts';
import { disk } from './disk.ts';
import { lockHolder } from './lock.ts';

/** `.<file>.<PID>.<mark>.tmp`, and `<lock>.<PID>.<mark>` */
const WRITER = /^(?:\..+|.+\.lock)\.(\d+)\.[0-9a-f]{8}(?:\.tmp)?$/;
/** The lock on a stale lock: `<lock>.<fingerprint>` */
const LOCK_ON_LOCK = /\.lock\.[0-9a-f]{8}$/;

/** True while there is one whose writer runs and may not have finished. Never throws. */
export function removeOrphanedTempFiles(folder: string, processes: ProcessTable): boolean {
  let waiting = false;
  try {
    for (const name of fs.readdirSync(folder)) {
      const writer = WRITER.exec(name)?.[1];
      if (writer === undefined && !LOCK_ON_LOCK.test(name)) continue;
      const file = path.join(folder, name);
      const lives = writer === undefined ? lockHolder(file, processes) !== undefined : processes.isAlive(Number(writer));
      if (lives) waiting = true;
      else disk.rmSync(file, { force: true });
    }
  } catch {
    // They do no harm.
  }
  return waiting;
}
