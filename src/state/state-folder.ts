/**
 * The state folder of one service: definition, desired, history, holds, facts of host and runner, captured output. It belongs to the
 * owner and lies outside the checkout, HERMES_HOME and the app's folder, because each of those is replaced by updates.
 */

import { existsSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Definition, parseDefinition } from '../model/definition.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { type HostFacts, parseHostFacts } from '../model/facts.ts';
import { type Fits, fieldsOf, fits, isProcessRef, isText, isTime } from '../model/fields.ts';
import { HISTORY_KEPT, HISTORY_LIMIT, type HistoryRecord, isHistoryRecord } from '../model/history.ts';
import type { Hold } from '../model/hold.ts';
import type { ServiceName } from '../model/identity.ts';
import type { DesiredRecord, LaunchRecord, RunnerRecord } from '../model/records.ts';
import type { Desired } from '../model/status.ts';
import { readJson, stateWrite, writeFileAtomic, writeJson } from './files.ts';
import { placeHold, readHolds, releaseHold } from './holds.ts';

/** `%LOCALAPPDATA%\HermesGatewayService`, `$XDG_STATE_HOME/hermes-gateway-service` elsewhere. */
export function stateRoot(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, homedir: string): string {
  if (platform === 'win32')
    return path.win32.join(env['LOCALAPPDATA'] || path.win32.join(homedir, 'AppData', 'Local'), 'HermesGatewayService');
  const base = env['XDG_STATE_HOME'];
  return path.posix.join(
    base && path.posix.isAbsolute(base) ? base : path.posix.join(homedir, '.local', 'state'),
    'hermes-gateway-service',
  );
}

/** The services that have a definition below a folder of state folders, by name. */
export async function definedServices(stateRoot: string): Promise<string[]> {
  const names = await fs.readdir(stateRoot).catch((): string[] => []);
  return names.filter(name => existsSync(path.join(stateRoot, name, 'definition.json'))).sort();
}

export class StateFolder {
  readonly path: string;
  readonly logPath: string;
  readonly supervisorLock: string;
  readonly runnerLock: string;
  readonly definitionPath: string;

  constructor(folder: string) {
    this.path = folder;
    // A folder of its own: whoever watches the state folder must not wake up at every line that a gateway prints.
    this.logPath = path.join(folder, 'logs', 'gateway.log');
    this.supervisorLock = path.join(folder, 'supervisor.lock');
    this.runnerLock = path.join(folder, 'runner.lock');
    this.definitionPath = path.join(folder, 'definition.json');
  }

  /** The folder is named after its service. */
  get service(): ServiceName {
    return path.basename(this.path) as ServiceName;
  }

  /** Lies beside the folder, so that an uninstall can hold it while the folder goes. */
  get operationLock(): string {
    return `${this.path}.lock`;
  }

  isThere(): boolean {
    return existsSync(this.path);
  }

  make(): Promise<unknown> {
    return stateWrite(() => fs.mkdir(this.path, { recursive: true, mode: 0o700 }));
  }

  remove(): Promise<void> {
    return stateWrite(() => fs.rm(this.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  }

  /** @throws GatewayServiceError `state-corrupt`, `state-newer` */
  async definition(): Promise<Definition | undefined> {
    const file = this.definitionPath;
    const read = await readJson(file);
    if (read.state === 'absent') return undefined;
    if (read.state === 'damaged') throw new GatewayServiceError('state-corrupt', `${file} (${read.why})`);
    return parseDefinition(read.value, file);
  }

  /** Writes the definition; one that cannot be read is kept beside it as `definition.json.damaged`. */
  async writeDefinition(definition: Definition): Promise<void> {
    const file = this.definitionPath;
    const read = await readJson(file);
    const readable = read.state === 'absent' || (read.state === 'read' && isDefinition(read.value, file));
    if (!readable) await fs.rename(file, `${file}.damaged`);
    await writeJson(file, definition);
  }

  /** A record that is missing or damaged means running: an installed gateway is lost by mistake, never by design. */
  async desired(): Promise<DesiredRecord> {
    const read = await readJson(this.#file('desired.json'));
    const { desired, at } = fieldsOf(read.state === 'read' ? read.value : undefined);
    return {
      desired: desired === 'stopped' ? 'stopped' : 'running',
      at: isTime(at) ? (at as string) : new Date(0).toISOString(),
    };
  }

  writeDesired(desired: Desired): Promise<void> {
    return writeJson(this.#file('desired.json'), { schema: 1, desired, at: new Date().toISOString() } satisfies DesiredRecord & {
      schema: 1;
    });
  }

  async hostFacts(): Promise<HostFacts | undefined> {
    const read = await readJson(this.#file('host.json'));
    return read.state === 'read' ? parseHostFacts(read.value) : undefined;
  }

  writeHostFacts(facts: HostFacts): Promise<void> {
    return writeJson(this.#file('host.json'), facts);
  }

  runner(): Promise<RunnerRecord | undefined> {
    return this.#record<RunnerRecord>('runner.json', value => fits(value, { pipe: isText, process: isProcessRef }));
  }

  writeRunner(record: RunnerRecord): Promise<void> {
    return writeJson(this.#file('runner.json'), record);
  }

  removeRunner(): Promise<void> {
    return fs.rm(this.#file('runner.json'), { force: true });
  }

  launch(): Promise<LaunchRecord | undefined> {
    return this.#record<LaunchRecord>('launch.json', value => isProcessRef(value) && fits(value, { at: isTime }));
  }

  writeLaunch(record: LaunchRecord): Promise<void> {
    return writeJson(this.#file('launch.json'), record);
  }

  removeLaunch(): Promise<void> {
    return fs.rm(this.#file('launch.json'), { force: true });
  }

  /** Oldest first. Lines that cannot be read (a power cut in mid-line) are passed over. */
  async history(): Promise<HistoryRecord[]> {
    let text: string;
    try {
      text = readFileSync(this.#file('history.jsonl'), 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap(line => {
      const record = parseHistoryLine(line);
      return record ? [record] : [];
    });
  }

  /** Appends one record; only the runner does. The file is cut to `HISTORY_KEPT` records when it reaches `HISTORY_LIMIT`. */
  async appendHistory(record: HistoryRecord): Promise<void> {
    const file = this.#file('history.jsonl');
    // A newline first: a record after a half-written one stands on its own line.
    await stateWrite(() => fs.appendFile(file, `\n${JSON.stringify(record)}`, { mode: 0o600 }));
    const all = await this.history();
    if (all.length < HISTORY_LIMIT) return;
    await writeFileAtomic(
      file,
      all
        .slice(-HISTORY_KEPT)
        .map(kept => `\n${JSON.stringify(kept)}`)
        .join(''),
    );
  }

  holds(): Promise<Hold[]> {
    return readHolds(this.path);
  }

  placeHold(hold: Hold): Promise<void> {
    return placeHold(this.path, hold);
  }

  releaseHold(id: string): void {
    releaseHold(this.path, id);
  }

  #file(name: string): string {
    return path.join(this.path, name);
  }

  async #record<T>(name: string, accepts: Fits): Promise<T | undefined> {
    const read = await readJson(this.#file(name));
    return read.state === 'read' && accepts(read.value) ? (read.value as T) : undefined;
  }
}

function isDefinition(value: unknown, file: string): boolean {
  try {
    parseDefinition(value, file);
    return true;
  } catch {
    return false;
  }
}

function parseHistoryLine(line: string): HistoryRecord | undefined {
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isHistoryRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
