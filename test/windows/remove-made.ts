// Removes what a record names, and nothing else: after an aborted run, and after a test whose uninstallation failed.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../src/model/poll.ts';
import { commandLineOf, listProcesses } from '../../src/windows/process-info.ts';
import { deleteKey, type RegistryPath, readKey } from '../../src/windows/registry.ts';
import { queryStatus } from '../../src/windows/scm.ts';
import { deleteService, stopService } from '../../src/windows/scm-wait.ts';
import { startupFolder } from '../../src/windows/startup-folder.ts';
import { type Made, type MadeKind, stillThere } from './made.ts';
import { isOurProcess } from './our-processes.ts';

const SERVICE_MS = 40_000;
const PROCESS_MS = 20_000;

export function isThere(kind: MadeKind, name: string | readonly string[]): boolean {
  const [text = ''] = typeof name === 'string' ? [name] : name;
  if (kind === 'services') return queryStatus(text) !== undefined;
  if (kind === 'entries') return existsSync(path.join(startupFolder(), text));
  if (kind === 'keys') return readKey(text as RegistryPath) !== undefined;
  return existsSync(text);
}

/** @returns what could not be removed, in words */
export async function removeMade(made: Made): Promise<string[]> {
  const failed: string[] = [];
  const tryTo = async (what: string, step: () => unknown) => {
    try {
      await step();
    } catch (error) {
      failed.push(`${what}: ${error instanceof Error ? error.message : error}`);
    }
  };
  for (const name of made.services) await tryTo(`service ${name}`, () => removeService(name));
  await tryTo('processes', () => endProcesses(made));
  for (const [program = '', ...args] of made.uninstallers) {
    // NSIS reads its last argument up to the end of the line, without quotes.
    if (existsSync(program)) spawnSync(program, args, { windowsHide: true, windowsVerbatimArguments: true, stdio: 'ignore' });
  }
  for (const name of made.entries) await tryTo(`Startup entry ${name}`, () => rmSync(path.join(startupFolder(), name), { force: true }));
  for (const key of made.keys) await tryTo(`key ${key}`, () => deleteKey(key as RegistryPath));
  for (const folder of made.folders) {
    await tryTo(`folder ${folder}`, () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  }
  return [...failed, ...stillThere(made, isThere)];
}

async function removeService(name: string): Promise<void> {
  if (queryStatus(name) === undefined) return;
  await stopService(name, { deadlineMs: SERVICE_MS }).catch(() => kill(queryStatus(name)?.pid));
  await deleteService(name, { deadlineMs: SERVICE_MS });
}

/** Of a sign-in start, which no SCM ends: supervisors with a recorded service or folder in their command line, with their children. */
async function endProcesses({ services, folders }: Made): Promise<void> {
  const named = (line: readonly string[]) =>
    line.some(each => services.includes(each) || folders.some(folder => each.toLowerCase().startsWith(folder.toLowerCase())));
  const left = () =>
    listProcesses().filter(({ pid, program }) => {
      if (pid === process.pid || !/^(node|hermes-gateway(-host)?)\.exe$/i.test(program)) return false;
      const line = commandLineOf(pid) ?? [];
      return isOurProcess(line) && named(line);
    });
  const none = () => {
    const found = left();
    for (const { pid } of found) kill(pid);
    return found.length === 0;
  };
  await poll(none, { what: 'the processes of the earlier run to end', deadlineMs: PROCESS_MS, everyMs: 250 });
}

function kill(pid: number | undefined): void {
  if (pid !== undefined) spawnSync('taskkill', ['/F', '/T', '/PID', String(pid)], { windowsHide: true, stdio: 'ignore' });
}
