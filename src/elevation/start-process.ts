/**
 * What PowerShell's Start-Process reported to sudo-prompt: it fails where consent was declined. When it has succeeded, sudo-prompt looks for
 * the output of its batch file after one second, calls its absence "did not grant permission", and deletes the batch file. A slow machine
 * has not started it by then, so that output is made here.
 */

import childProcess, { type ExecException } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { attempt } from '../model/attempt.ts';

type Ended = (error: ExecException | null, stdout: string, stderr: string) => void;

const BATCH = /^powershell\.exe Start-Process -FilePath "'(.+)'"/;

/** Watches the calls of sudo-prompt in this thread. @returns whether Start-Process has succeeded: consent was given */
export function watchStartProcess(): () => boolean {
  let hasStarted = false;
  const { exec } = childProcess;
  const watched = (line: string, options: object, ended: Ended) =>
    exec(line, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      const batch = BATCH.exec(line)?.[1];
      if (!error && batch !== undefined) {
        hasStarted = true;
        // The batch file may have made it already.
        attempt(() => writeFileSync(path.join(path.dirname(batch), 'stdout'), '', { flag: 'wx' }));
      }
      ended(error, stdout, stderr);
    });
  Object.assign(childProcess, { exec: watched });
  return () => hasStarted;
}
