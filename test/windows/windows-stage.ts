// The real Windows as a stage of the acceptance criteria: everything is asked of the programs that users and administrators have (our own
// command line, taskkill, sc, wevtutil), and what they show is kept as evidence in test-results/windows.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GatewayIdentity, gatewayIdentity, resolveHermesRoot } from '../../src/gateway/home.ts';
import { APPS_LIST_KEY } from '../../src/mechanisms/apps-list.ts';
import { hostsFolder } from '../../src/mechanisms/installed-host.ts';
import { ENTRY_KINDS, entryFileName } from '../../src/mechanisms/startup-entry.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { EVENT_SOURCE_KEY } from '../../src/windows/event-log.ts';
import { commandLineOf, listProcesses } from '../../src/windows/process-info.ts';
import { readKey } from '../../src/windows/registry.ts';
import { enumerateServices } from '../../src/windows/scm.ts';
import { serviceDisplayName } from '../../src/windows/service-install.ts';
import { startupFolder } from '../../src/windows/startup-folder.ts';
import type { ServiceFailure, ServiceStage, StageRun } from '../acceptance/service-stage.ts';
import { REPOSITORY, watchCount } from '../support/sandbox.ts';
import { BROKER, fullPath, SHARED_KEYS, standardHome, states } from './machine.ts';
import { type MadeKind, madeFile, recordMade } from './made.ts';
import { isOurGateway, isOurProcess } from './our-processes.ts';
import { EVIDENCE, PROGRAM } from './real-windows.ts';
import { removeMade } from './remove-made.ts';
import { failuresIn, failuresQuery } from './scm-events.ts';

/** The longest that a program of a test takes: a whole update, or a start that is given up. */
const RUN_MS = 120_000;
const SETTLE_MS = 60_000;

export class WindowsStage implements ServiceStage {
  readonly scm = "Windows' SCM";
  readonly node = process.execPath;
  readonly program: readonly string[];
  readonly standardHome = standardHome();
  readonly states = states();
  /** What the run leaves for the reader of its result. */
  readonly evidence = process.env[EVIDENCE] ?? path.join(REPOSITORY, 'test-results', 'windows');
  readonly #record = madeFile();
  #folder: string | undefined;
  #made: GatewayIdentity[] = [];
  #homes = 0;
  #since = new Date().toISOString();

  /** @param program the command line to test: a script or an executable; default: the one that was named, or that of dist/. */
  constructor(program = process.env[PROGRAM] ?? path.join(REPOSITORY, 'dist/host/hermes-gateway.cjs')) {
    this.program = program.endsWith('.cjs') ? [process.execPath, program] : [program];
  }

  get folder(): string {
    if (this.#folder === undefined) throw new Error('the stage is not open');
    return this.#folder;
  }

  get isOpen(): boolean {
    return this.#folder !== undefined;
  }

  open(): void {
    const folder = path.join(fullPath(os.tmpdir()), `hermes-gateway-windows-${process.pid}-${Date.now()}`);
    // The check has found none of these.
    this.records('folders', folder, this.states, this.standardHome, hostsFolder());
    this.records('keys', ...SHARED_KEYS);
    mkdirSync(folder);
    mkdirSync(this.evidence, { recursive: true });
    this.#folder = folder;
  }

  /** Before it is made, so that the next run can remove it when this one ends too early. */
  records(kind: MadeKind, ...names: readonly (string | readonly string[])[]): void {
    recordMade(this.#record, kind, ...names);
  }

  get of(): GatewayIdentity {
    const of = this.#made.at(-1);
    if (!of) throw new Error('the test has no service yet');
    return of;
  }

  sampleGateway(...switches: readonly string[]): string[] {
    return [this.node, path.join(REPOSITORY, 'examples/sample-gateway/gateway.mjs'), ...switches, 'gateway', 'run'];
  }

  async fresh(home = path.join(this.folder, `home-${this.#homes + 1}`)): Promise<void> {
    this.#homes += 1;
    this.#since = new Date().toISOString();
    mkdirSync(home, { recursive: true });
    const made = gatewayIdentity(resolveHermesRoot({ platform: 'win32', env: process.env, homedir: os.homedir(), home }), 'win32');
    this.records('services', made.service);
    this.records('entries', ...ENTRY_KINDS.map(kind => entryFileName(made.service, kind)));
    this.#made.push(made);
  }

  async install(gatewayCommand: readonly string[]): Promise<Status> {
    const { code, stdout, stderr } = await this.cli('--json', 'install', '--gateway-command', JSON.stringify(gatewayCommand));
    if (code !== 0) throw new Error(`install ended with ${code}: ${stdout}${stderr}`);
    return statusIn(stdout);
  }

  async status(): Promise<Status> {
    return statusIn((await this.cli('--json', 'status')).stdout);
  }

  /** Our command line, about the home of the present test. */
  cli(...args: readonly string[]): Promise<StageRun> {
    return this.run([...this.program, '--home', this.of.home, ...args]);
  }

  /** A program, by its path or one of Windows' own, as the same user without the rights of an administrator. */
  async limited(argv: readonly string[]): Promise<StageRun> {
    const out = path.join(this.folder, 'limited.json');
    rmSync(out, { force: true });
    const ended = await this.run([
      this.node,
      fileURLToPath(new URL(`probes/limited${path.extname(import.meta.url)}`, import.meta.url)),
      out,
      ...argv,
    ]);
    if (!existsSync(out)) throw new Error(`nothing ran without rights: ${ended.stdout}${ended.stderr}`);
    return JSON.parse(readFileSync(out, 'utf8')) as StageRun;
  }

  history(): Promise<readonly HistoryRecord[]> {
    return new StateFolder(path.join(this.states, this.of.service)).history();
  }

  /** @param timeoutMs when it is killed; 0 for one that ends when it is told to. */
  run([program = '', ...args]: readonly string[], timeoutMs = RUN_MS): Promise<StageRun> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          said[name] += text;
        });
      }
      child.once('error', reject);
      child.once('close', code => {
        this.note(
          'programs.log',
          `${new Date().toISOString()} exit ${code}: ${[program, ...args].join(' ')}\n${said.stdout}${said.stderr}`,
        );
        resolve({ code: code ?? -1, ...said });
      });
    });
  }

  /** Keeps a line of evidence. */
  note(file: string, text: string): void {
    appendFileSync(path.join(this.evidence, file), `${text.trimEnd()}\n`);
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(file: string): string {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async kill(pid: number): Promise<void> {
    process.kill(pid, 'SIGKILL');
  }

  gateways(): number[] {
    return this.#processes(isOurGateway);
  }

  census(): ReturnType<typeof watchCount> {
    return watchCount(() => this.gateways().length);
  }

  async failures(): Promise<readonly ServiceFailure[]> {
    const { stdout } = await this.run(['wevtutil', 'qe', 'System', `/q:${failuresQuery(this.#since)}`, '/f:xml', '/rd:false']);
    return failuresIn(stdout, serviceDisplayName(this.of.serviceId));
  }

  async serviceKey(name: string): Promise<Record<string, unknown> | undefined> {
    for (const query of ['qc', 'qfailure', 'qfailureflag', 'sdshow']) await this.run(['sc.exe', query, name]);
    const key = readKey(`HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`);
    const actions = key?.['FailureActions'];
    return key && { ...key, FailureActions: Buffer.isBuffer(actions) ? [...actions] : actions };
  }

  /** Removes what a test made; by force where the uninstallation fails, so that no failure hides the next one. */
  async clear(): Promise<void> {
    for (const { home, service } of this.#made.splice(0)) {
      const { code } = await this.run([...this.program, '--home', home, 'uninstall']);
      if (code === 0) continue;
      const entries = ENTRY_KINDS.map(kind => entryFileName(service, kind));
      const nothing = { pid: 0, startTime: 0, keys: [], folders: [], uninstallers: [] };
      const left = await removeMade({ ...nothing, services: [service], entries });
      this.note(
        'programs.log',
        `"uninstall" of ${service} ended with ${code}, so it was removed by force. Left: ${left.join(', ') || 'none'}`,
      );
    }
  }

  /** Resolves when nothing of ours is left, or with what is: a program that runs is removed a moment after its end. */
  async settled(): Promise<readonly string[]> {
    const nothing = () => this.leftovers().length === 0;
    await poll(nothing, { what: 'nothing of ours to be left', deadlineMs: SETTLE_MS, everyMs: 500 }).catch(() => undefined);
    return this.leftovers();
  }

  /** All that is there of ours now. */
  leftovers(): string[] {
    const startup = startupFolder();
    return [
      ...enumerateServices(BROKER).map(name => `service ${name}`),
      ...(readKey(EVENT_SOURCE_KEY) ? ['event source'] : []),
      ...(existsSync(startup) ? readdirSync(startup).filter(name => /hermes/i.test(name)) : []).map(name => `Startup entry ${name}`),
      ...(existsSync(this.states) ? readdirSync(this.states, { recursive: true }).map(String) : []),
      ...(existsSync(hostsFolder()) ? [hostsFolder()] : []),
      ...(readKey(APPS_LIST_KEY) ? ["entry of Windows' list of apps"] : []),
      ...this.#processes(isOurProcess).map(pid => `process ${pid}`),
    ];
  }

  /** Ends the suite: the homes that it made go. One that was refused has made none. */
  dispose(): void {
    if (!this.isOpen) return;
    for (const folder of [this.folder, this.standardHome, this.states]) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    this.#folder = undefined;
  }

  #processes(wanted: (argv: readonly string[]) => boolean): number[] {
    return listProcesses()
      .filter(({ pid }) => pid !== process.pid)
      .filter(({ program }) => /^(node|hermes-gateway(-host)?)\.exe$/i.test(program))
      .filter(({ pid }) => wanted(commandLineOf(pid) ?? []))
      .map(({ pid }) => pid);
  }
}

function statusIn(stdout: string): Status {
  const document = JSON.parse(stdout) as { ok: boolean; status: Status; error?: { message: string } };
  if (!document.ok) throw new Error(document.error?.message ?? stdout);
  return document.status;
}
