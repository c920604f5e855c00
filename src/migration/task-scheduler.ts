/**
 * The task scheduler, through `schtasks.exe` of System32. Its localized messages are not read: a list has the names in its first column, a
 * task is an XML document, and a change is verified by a new query. Source: "schtasks" (Microsoft Learn).
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { decodeOem } from '../windows/console-text.ts';
import { systemDirectory } from '../windows/library.ts';
import type { ScheduledTask, TaskScheduler } from './ports.ts';
import { decodeText, taskFile } from './task-xml.ts';

/** How long `schtasks.exe` may take, in milliseconds; Hermes waits as long. */
const ANSWER_MS = 15_000;
/** A machine has some hundred tasks of a few kilobytes. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** @param program another `schtasks.exe`; for tests. */
export function taskScheduler(program = path.win32.join(systemDirectory(), 'schtasks.exe')): TaskScheduler {
  const names = async (prefix: string): Promise<readonly string[]> => {
    const { code, output } = await run(program, ['/Query', '/FO', 'CSV', '/NH']);
    if (code !== 0) throw new GatewayServiceError('windows-refused', `schtasks /Query (exit code ${code})`);
    return taskNames(output).filter(name => name.toLowerCase().startsWith(prefix.toLowerCase()));
  };
  const document = async (name: string): Promise<ScheduledTask> => {
    const { code, output } = await run(program, ['/Query', '/TN', `\\${name}`, '/XML']);
    return code === 0 ? { name, xml: output } : { name };
  };
  const exists = async (name: string) => (await names(name)).some(each => each.toLowerCase() === name.toLowerCase());
  return {
    find: async prefix => Promise.all((await names(prefix)).map(document)),
    remove: async name => {
      if (!(await exists(name))) return true;
      await run(program, ['/Delete', '/F', '/TN', `\\${name}`]);
      return !(await exists(name));
    },
    create: async (name, xml) => {
      if (await exists(name)) return false;
      const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'hermes-gateway-task-'));
      try {
        const file = path.join(folder, 'task.xml');
        await fs.writeFile(file, taskFile(xml));
        await run(program, ['/Create', '/TN', `\\${name}`, '/XML', file]);
      } finally {
        await fs.rm(folder, { recursive: true, force: true });
      }
      return exists(name);
    },
  };
}

/** The tasks of the root folder in a list without headings; a task with several triggers has several lines. */
export function taskNames(csv: string): readonly string[] {
  const names = csv.split(/\r?\n/).flatMap(line => /^"\\([^"\\]+)"/.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}

function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, timeout: ANSWER_MS });
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_OUTPUT) chunks.push(chunk);
    });
    child.once('error', reject);
    child.once('close', code => resolve({ code, output: decodeText(Buffer.concat(chunks), decodeOem) }));
  });
}
