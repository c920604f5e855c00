/**
 * The state folder of one service: definition, desired, history, holds, facts of host and runner, captured output. It belongs to the owner
 * and is outside the checkout, HERMES_HOME and the app's folder, because updates replace each of those.
 */

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { attempt } from '../model/attempt.ts';
import { DEFINITION, type Definition } from '../model/definition.ts';
import type { GatewayServiceError } from '../model/errors.ts';
import { type HostFacts, parseHostFacts } from '../model/facts.ts';
import { HISTORY_KEPT, HISTORY_LIMIT, HISTORY_RECORD, type HistoryRecord } from '../model/history.ts';
import { HOLD, HOLD_ID, type Hold } from '../model/hold.ts';
import type { ServiceName } from '../model/identity.ts';
import {
  DESIRED_RECORD,
  type DesiredRecord,
  LAUNCH_RECORD,
  type LaunchRecord,
  RUNNER_RECORD,
  type RunnerRecord,
} from '../model/records.ts';
import { jsonLine, matching } from '../model/schemas.ts';
import type { Desired } from '../model/status.ts';
import { disk } from './disk.ts';
import { ifThere, readJson, readVersioned, stateWrite, writeFileAtomic, writeJson } from './files.ts';
import { type RecordFile, recordFile } from './record-file.ts';

/** `%LOCALAPPDATA%\HermesGatewayService`, `$XDG_STATE_HOME/hermes-gateway-service` elsewhere. */
export function stateRoot(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, homedir: string): string {
  if (platform === 'win32')
    return path.win32.join(env['LOCALAPPDATA'] || path.win32.join(homedir, 'AppData', 'Local'), 'HermesGatewayService');
  const { isAbsolute, join } = path.posix;
  const base = env['XDG_STATE_HOME'];
  return join(base && isAbsolute(base) ? base : join(homedir, '.local', 'state'), 'hermes-gateway-service');
}

/** The services that have a definition below a folder of state folders, by name. */
export async function definedServices(stateRoot: string): Promise<string[]> {
  const names = await fs.readdir(stateRoot).catch((): string[] => []);
  return names.filter(name => existsSync(path.join(stateRoot, name, 'definition.json'))).sort();
}

const HISTORY_FILE = 'history.jsonl';
const LOG_FOLDER = 'logs';
/** What a removal may keep. */
const LOGS: readonly string[] = [HISTORY_FILE, LOG_FOLDER];
const HOLD_FILE = /^hold-.*\.json$/;

const HISTORY_LINE = jsonLine(HISTORY_RECORD);

export class StateFolder {
  readonly path: string;
  readonly logPath: string;
  readonly supervisorLock: string;
  readonly runnerLock: string;
  readonly definitionPath: string;
  readonly runner: RecordFile<RunnerRecord>;
  readonly launch: RecordFile<LaunchRecord>;

  constructor(folder: string) {
    this.path = folder;
    // A separate folder: a process that watches the state folder must not wake up at every printed line.
    this.logPath = path.join(folder, LOG_FOLDER, 'gateway.log');
    this.supervisorLock = path.join(folder, 'supervisor.lock');
    this.runnerLock = path.join(folder, 'runner.lock');
    this.definitionPath = path.join(folder, 'definition.json');
    this.runner = recordFile(path.join(folder, 'runner.json'), RUNNER_RECORD);
    this.launch = recordFile(path.join(folder, 'launch.json'), LAUNCH_RECORD);
  }

  get service(): ServiceName {
    return path.basename(this.path) as ServiceName;
  }

  /** Beside the folder, so that an uninstall can hold it while it removes the folder. */
  get operationLock(): string {
    return `${this.path}.lock`;
  }

  isThere(): boolean {
    return existsSync(this.path);
  }

  make(): Promise<unknown> {
    return stateWrite(() => disk.mkdir(this.path, { recursive: true, mode: 0o700 }));
  }

  /** @param keepLogs the history and the captured output stay, where there are any */
  async remove({ keepLogs = false } = {}): Promise<void> {
    const all = attempt(() => readdirSync(this.path)) ?? [];
    const kept = keepLogs ? all.filter(name => LOGS.includes(name)) : [];
    const removed = kept.length === 0 ? [this.path] : all.filter(name => !kept.includes(name)).map(name => this.#file(name));
    for (const each of removed) await stateWrite(() => disk.rm(each, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  }

  /** @throws GatewayServiceError `state-corrupt`, `state-newer`, `permission-denied` */
  definition(): Promise<Definition | undefined> {
    return readVersioned(this.definitionPath, DEFINITION);
  }

  /**
   * The definition where it can be used; undefined where it is damaged, or of a newer version.
   * @throws GatewayServiceError `permission-denied`: it is there, and must not be replaced
   */
  knownDefinition(): Promise<Definition | undefined> {
    return this.definition().catch((error: GatewayServiceError) => {
      if (error.code === 'permission-denied') throw error;
      return undefined;
    });
  }

  /** Writes the definition; one that cannot be used is kept beside it as `definition.json.damaged`. */
  async writeDefinition(definition: Definition): Promise<void> {
    const file = this.definitionPath;
    if (existsSync(file) && !(await this.knownDefinition())) await ifThere(disk.rename(file, `${file}.damaged`));
    await writeJson(file, definition);
  }

  async desired(): Promise<DesiredRecord> {
    return (await recordFile(this.#file('desired.json'), DESIRED_RECORD).read()) ?? v.parse(DESIRED_RECORD, {});
  }

  writeDesired(desired: Desired): Promise<void> {
    const record: DesiredRecord = { desired, at: new Date().toISOString(), request: randomUUID() };
    return writeJson(this.#file('desired.json'), { schema: 1, ...record });
  }

  async hostFacts(): Promise<HostFacts | undefined> {
    const read = await readJson(this.#file('host.json'));
    return read.state === 'read' ? parseHostFacts(read.value) : undefined;
  }

  writeHostFacts(facts: HostFacts): Promise<void> {
    return writeJson(this.#file('host.json'), facts);
  }

  /** Oldest first. Skips lines that cannot be read (a power cut in the middle of a line). */
  async history(): Promise<HistoryRecord[]> {
    const text = attempt(() => readFileSync(this.#file(HISTORY_FILE), 'utf8')) ?? '';
    return text.split('\n').flatMap(line => (line === '' ? [] : (matching(HISTORY_LINE, line) ?? [])));
  }

  /** Appends one record; only the runner does. The file is cut to `HISTORY_KEPT` records when it reaches `HISTORY_LIMIT`. */
  async appendHistory(record: HistoryRecord): Promise<void> {
    const file = this.#file(HISTORY_FILE);
    // A newline first: a record after a half-written one has its own line.
    const lineOf = (each: HistoryRecord) => `\n${JSON.stringify(each)}`;
    await stateWrite(() => disk.appendFile(file, lineOf(record), { mode: 0o600 }));
    const all = await this.history();
    if (all.length < HISTORY_LIMIT) return;
    const kept = all.slice(-HISTORY_KEPT).map(lineOf);
    await stateWrite(() => writeFileAtomic(file, kept.join('')));
  }

  /** All readable holds; an unreadable one holds nothing. */
  async holds(): Promise<Hold[]> {
    const names = attempt(() => readdirSync(this.path)) ?? [];
    const files = names.filter(name => HOLD_FILE.test(name));
    const holds = await Promise.all(files.map(name => recordFile(this.#file(name), HOLD).read()));
    return holds.filter(hold => hold !== undefined);
  }

  async placeHold(hold: Hold): Promise<void> {
    await writeJson(this.#holdFile(hold.id), hold);
  }

  releaseHold(id: string): void {
    disk.rmSync(this.#holdFile(id), { force: true });
  }

  #holdFile(id: string): string {
    if (!HOLD_ID.test(id)) throw new RangeError(`not an id of a hold: ${id}`);
    return this.#file(`hold-${id}.json`);
  }

  #file(name: string): string {
    return path.join(this.path, name);
  }
}
