/**
 * The Wine rig: a disposable Windows of Debian's wine64, Windows Node, the compiled engine and a rebuilt SCM whose failure actions act.
 * The layer that speaks to Win32 is tested against it on Linux; what Wine lacks is told by probes and proved on Windows only.
 *
 * Below .cache/wine a template prefix is made once per set of versions; each rig is a copy of it (hard links for what nobody writes).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWindowsHost, makeExecutables } from '../../scripts/build-host.mjs';
import { compileHost } from '../../scripts/compile-host.mjs';
import { pageAligned } from '../../scripts/windows-executable.mjs';
import {
  runWindowsNode,
  WINDOWS_NODES,
  type WindowsNode,
  windowsNode,
  windowsNodeVersion,
  wineMajor,
} from '../../scripts/windows-node.mjs';
import { attempt } from '../../src/model/attempt.ts';
import { undoWhenInterrupted } from '../support/interruption.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const checkout = path.dirname(path.dirname(here));
const cache = path.join(checkout, '.cache', 'wine');
const require = createRequire(import.meta.url);

const WINE = path.join(checkout, 'scripts', 'wine.sh');
const WINE_LOADER = '/usr/lib/wine/wine64';
const WINESERVER = '/usr/lib/wine/wineserver';
const KOFFI_BINARY = path.join(here, 'node_modules', '@koromix', 'koffi-win32-x64');

/** What the compiled engine imports; koffi comes with its Windows binary. */
const PURE_DEPENDENCIES = ['commander', 'electron-log', 'sudo-prompt', 'valibot'];

/**
 * Ctrl+C in a terminal goes to a whole process group. What runs below Wine is not in it: it is ended by `dispose`, after what the others
 * had to say to it.
 */
const APART = true;

/** Windows' libraries that know of sessions and logons. */
const SIGN_IN_LIBRARIES = ['secur32.dll', 'wtsapi32.dll'];

/** Exists while the user of such a rig is signed in. */
const SIGNED_IN = 'C:\\signed-in';

/** How the template is made; another number makes it anew. */
const RECIPE = 2;

/** Starts a program with the rights of an administrator (scm/elevated.c). */
const ELEVATED = 'C:\\elevated.exe';

/** Where the rig's program lies inside Windows. */
const APP = 'C:\\app';

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** How a Windows program ended. Linux passes on only the low eight bits of a Windows exit code. */
export interface WineRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script that lives as long as its rig. */
export interface Begun {
  /** What it has printed by now. */
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<string>;
  /** What each of its threads waits for. */
  readonly threads: () => string;
}

export interface RigOptions {
  /** The host as users get it, two executables, instead of its script under Windows Node. */
  readonly built?: boolean;
  /** A script in front of the host's program, which looks at how it does. */
  readonly before?: string;
  /** Its user signs in and out (scm/sign-in.c): `signIn` and `signOut`. Signed in at first. */
  readonly signsIn?: boolean;
  /** Instead of the one that the host is built on here. */
  readonly node?: WindowsNode;
}

export interface RunOptions {
  /** Without the rights of an administrator, as Windows starts programs: see `startsLimited`. */
  readonly limited?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** After this the program is killed and the run fails. Default: 60 s. */
  readonly timeoutMs?: number;
  /** An open file that takes its output, instead of those that are read. */
  readonly output?: number;
}

function wineVersion(): string {
  const [, version = 'unknown'] = execFileSync('dpkg-query', ['-W', 'wine64'], { encoding: 'utf8' }).trim().split('\t');
  return version;
}

/** Of Wine, and of what runs below it. */
export function versions(): Readonly<Record<string, string>> {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8')) as {
    optionalDependencies: Readonly<Record<'koffi' | 'nssm', string>>;
  };
  const { koffi, nssm } = optionalDependencies;
  return { Wine: wineVersion(), 'Windows Node': `v${windowsNodeVersion(windowsNode())}`, koffi, 'NSSM of the package nssm': nssm };
}

/**
 * Whether programs are started without the rights of an administrator unless these are asked for, as on Windows. Wine 10 does so; a rig
 * asks for them, because most tests are about what comes after the consent. Wine 8 gives them to every program.
 */
export const startsLimited = (): boolean => available().ok && Number.parseInt(wineVersion(), 10) >= 10;

const scmFolder = (): string => path.join(cache, `scm-${wineVersion()}`);

/** Whether the suite can run here, and if not, why: the reason is part of the name of the skipped suite. */
export function available(): Availability {
  const missing = (reason: string): Availability => ({ ok: false, reason: `${reason}; "bash test/wine/setup.sh" installs it` });
  if (process.platform !== 'linux' || process.arch !== 'x64') return { ok: false, reason: 'Wine is used on Linux x64 only' };
  if (!existsSync(WINE_LOADER) || !existsSync(WINESERVER)) return missing("Debian's wine64 is missing");
  if (!WINDOWS_NODES.some(({ wine }) => wineMajor() >= wine)) return { ok: false, reason: 'Wine 8 or newer is needed' };
  if (!existsSync(windowsNode().file)) return missing('Windows Node is missing');
  if (!existsSync(KOFFI_BINARY)) return missing("koffi's Windows binary is missing");
  const whyNot = path.join(scmFolder(), 'why-not');
  if (existsSync(whyNot)) return { ok: false, reason: `the SCM could not be rebuilt: ${readFileSync(whyNot, 'utf8').trim()}` };
  if (!['services.exe', 'elevated.exe', 'sign-in.dll'].every(name => existsSync(path.join(scmFolder(), name))))
    return missing('the rebuilt SCM is missing');
  return { ok: true };
}

function environment(prefix: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    // The prefix is a home of its own: Wine would else link its user's folders to those of this machine's user.
    HOME: path.join(prefix, 'home'),
    LANG: 'C.UTF-8',
    USER: 'hermes',
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    // Our services.exe, and our libraries where Windows has no own ones; neither .NET nor a browser engine.
    WINEDLLOVERRIDES: 'services.exe=n;secur32,wtsapi32=n,b;mscoree,mshtml=',
    ...more,
  };
}

/** Runs one command on the Linux side and waits for it; what goes wrong it says on our stderr, unless it is Wine, which always speaks. */
function wait(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve, reject) => {
    const said = env === process.env ? process.stderr : 'ignore';
    const child = spawn(command, args, { env, stdio: ['ignore', said, said], detached: APART });
    child.once('error', reject);
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${path.basename(command)} ${args.join(' ')}: exit ${code}`))));
  });
}

/** What each thread of a process waits for, read from /proc: one line each. */
function threadStates(pid: number): string {
  const tasks = attempt(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const line = (task: string) =>
    ['comm', 'wchan', 'syscall', 'stat']
      .map(name => (attempt(() => readFileSync(`/proc/${pid}/task/${task}/${name}`, 'utf8')) ?? '').trim())
      .join(' ');
  return [`${tasks.length} threads of process ${pid}:`, ...tasks.map(line)].join('\n');
}

async function endServer(prefix: string): Promise<void> {
  const env = environment(prefix);
  // Exit 2 means that no server ran for this prefix.
  await wait(WINESERVER, ['-k'], env).catch(() => undefined);
  await wait(WINESERVER, ['-w'], env).catch(() => undefined);
}

/** A folder of the cache that every rig copies from. It is made where it is missing, and moved into place whole. */
async function madeOnce(name: string, make: (folder: string) => void | Promise<void>): Promise<string> {
  const ready = path.join(cache, name);
  if (existsSync(ready)) return ready;
  const making = mkdtempSync(path.join(cache, 'making-'));
  try {
    await make(making);
    renameSync(making, ready);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another rig was quicker; what it made is as good.
    if (!existsSync(ready)) throw error;
  }
  return ready;
}

/** The prefix that every rig is a copy of. */
function template(): Promise<string> {
  const services = path.join(scmFolder(), 'services.exe');
  const built = Math.trunc(statSync(services).mtimeMs).toString(36);
  return madeOnce(`prefix-${wineVersion()}-${RECIPE}-${built}`, async making => {
    mkdirSync(path.join(making, 'home'));
    const env = environment(making, { WINEDLLOVERRIDES: 'mscoree,mshtml=' });
    await wait(WINE, ['wineboot', '-i'], env);
    await wait(WINE, ['winecfg', '-v', 'win10'], env);
    // Windows without a screen: hidden windows exist, and nothing asks for an X server.
    await wait(WINE, ['reg', 'add', 'HKCU\\Software\\Wine\\Drivers', '/v', 'Graphics', '/d', 'null'], env);
    await endServer(making);
    rmSync(path.join(making, 'drive_c/windows/system32/services.exe'));
    copyFileSync(services, path.join(making, 'drive_c/windows/system32/services.exe'));
    copyFileSync(path.join(scmFolder(), 'elevated.exe'), path.join(making, 'drive_c/elevated.exe'));
  });
}

/** What the compiler reads for a rig, as test/wine/tsconfig.json says it. */
const SOURCES = ['src', 'test/wine/probes', 'test/windows/probes', 'test/wine/tsconfig.json', 'tsconfig.build.json'];

/** The engine and the probes, compiled: it takes seconds, and every rig of one state of the project needs the same. */
function compiled(): Promise<string> {
  const files = SOURCES.flatMap(source =>
    source.endsWith('.json')
      ? [source]
      : readdirSync(path.join(checkout, source), { recursive: true }).map(name => path.join(source, `${name}`)),
  );
  return madeOnce(`engine-${sumOf(checkout, files)}`, making =>
    wait(process.execPath, [
      path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc'),
      ...['-p', path.join(here, 'tsconfig.json'), '--outDir', making],
    ]),
  );
}

/** Of the names and the content of files; folders among them are passed over. */
function sumOf(folder: string, files: readonly string[]): string {
  const sum = createHash('sha256');
  for (const name of files) {
    const file = path.join(folder, name);
    if (statSync(file).isFile()) sum.update(`${name}\n`).update(readFileSync(file));
  }
  return sum.digest('hex').slice(0, 16);
}

/** The compiled engine and probes, koffi's Windows binary and node.exe, laid out as one program below C:\app. */
async function layOutApp(app: string, node: WindowsNode): Promise<void> {
  mkdirSync(path.join(app, 'node_modules'), { recursive: true });
  cpSync(await compiled(), path.join(app, 'dist'), { recursive: true });
  copyFileSync(path.join(checkout, 'package.json'), path.join(app, 'package.json'));
  for (const name of ['koffi', '@koromix']) {
    cpSync(path.join(here, 'node_modules', name), path.join(app, 'node_modules', name), { recursive: true });
  }
  for (const name of PURE_DEPENDENCIES) {
    cpSync(path.join(checkout, 'node_modules', name), path.join(app, 'node_modules', name), { recursive: true, dereference: true });
  }
  linkSync(path.join(await alignedNode(node), 'node.exe'), path.join(app, 'node.exe'));
}

/**
 * Windows Node in a form that Wine maps, as Windows does: what npm has it copies anew for every process, for a third of the time of its
 * start.
 */
function alignedNode({ file }: WindowsNode): Promise<string> {
  const { size, mtimeMs } = statSync(file);
  return madeOnce(`node-${size}-${Math.trunc(mtimeMs).toString(36)}`, making =>
    writeFileSync(path.join(making, 'node.exe'), pageAligned(readFileSync(file))),
  );
}

const BUILD_SCRIPTS = ['build-host.mjs', 'windows-executable.mjs', 'windows-node.mjs'];
const BUNDLE_SCRIPTS = ['bundle-host.mjs', 'compile-host.mjs', 'compiled-host.cjs', 'keep-code.cjs', 'build-host.mjs'];

/** Of what the host is bundled from. */
function hostSum(): string {
  const sources = readdirSync(path.join(checkout, 'src'), { recursive: true }).map(name => path.join('src', `${name}`));
  return sumOf(checkout, [...sources, ...BUNDLE_SCRIPTS.map(name => path.join('scripts', name)), 'package.json', 'package-lock.json']);
}

/** The host's bundle for Windows, in one piece; like the engine, it takes seconds and is equal for every rig. */
function bundled(): Promise<string> {
  return madeOnce(`bundle-${hostSum()}`, bundleWindowsHost);
}

/** The host as a script with the code cache of Windows Node, as the package has it for other systems. */
async function hostScript(node: WindowsNode): Promise<string> {
  const bundle = await bundled();
  return madeOnce(`script-${hostSum()}-${statSync(node.file).size}`, making => {
    cpSync(bundle, making, { recursive: true });
    compileHost(making, (args, variables) => {
      try {
        runWindowsNode(node, args, making, variables);
      } catch {
        // Its exit code says that nothing is installed there.
      }
    });
  });
}

/**
 * The executables of a bundle; they take seconds to make, so those of an equal bundle are used again. Windows Node changes with its size.
 */
function executablesOf(bundle: string, node: WindowsNode): Promise<string> {
  const sums = [sumOf(bundle, readdirSync(bundle)), sumOf(path.join(checkout, 'scripts'), BUILD_SCRIPTS)];
  return madeOnce(`host-${sums.join('-')}-${statSync(node.file).size}`, making => makeExecutables(bundle, making, { node }));
}

/** Behind the line for POSIX' shells, where there is one. */
function putBefore(program: string, script: string): void {
  const text = readFileSync(program, 'utf8');
  const from = text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
  writeFileSync(program, `${text.slice(0, from)}${script}\n${text.slice(from)}`);
}

/** A path on the prefix's C: as Linux sees it. */
function toLinux(prefix: string, windowsPath: string): string {
  const match = /^C:\\(.*)$/i.exec(windowsPath);
  if (!match) throw new Error(`not on C: — ${windowsPath}`);
  return path.join(prefix, 'drive_c', ...(match[1] ?? '').split('\\'));
}

export class WineRig {
  /** Windows Node, as Windows names it. */
  readonly node = `${APP}\\node.exe`;
  /** The program of the services as a script: all of it, in one piece. */
  readonly host = `${APP}\\host\\hermes-gateway.cjs`;
  /** The command line of this project, as users of this rig's host call it. */
  readonly program: readonly string[];
  readonly prefix: string;
  readonly #children = new Set<ChildProcess>();
  readonly #isDisposed = undoWhenInterrupted(() => this.dispose());
  readonly #startsLimited = startsLimited();
  #runs = 0;

  private constructor(prefix: string, { built = false }: RigOptions) {
    this.prefix = prefix;
    this.program = built ? [`${APP}\\host\\hermes-gateway.exe`] : [this.node, this.host];
  }

  static async start(options: RigOptions = {}): Promise<WineRig> {
    mkdirSync(cache, { recursive: true });
    const from = await template();
    const node = options.node ?? windowsNode();
    const prefix = mkdtempSync(path.join(cache, 'run-'));
    try {
      // Hard links for the 700 MB that nobody writes; true copies of the registry, which the server writes in place when it is linked.
      await wait('cp', ['-al', `${from}/.`, prefix]);
      for (const name of readdirSync(from).filter(entry => entry.endsWith('.reg'))) {
        rmSync(path.join(prefix, name));
        copyFileSync(path.join(from, name), path.join(prefix, name));
      }
      await layOutApp(path.join(prefix, 'drive_c', 'app'), node);
      const host = path.join(prefix, 'drive_c', 'app', 'host');
      cpSync(await hostScript(node), host, { recursive: true });
      if (options.before !== undefined) putBefore(path.join(host, 'hermes-gateway.cjs'), options.before);
      if (options.built) await wait('cp', ['-alf', `${await executablesOf(await bundled(), node)}/.`, host]);
      if (options.signsIn) {
        for (const name of SIGN_IN_LIBRARIES) {
          const file = path.join(prefix, 'drive_c/windows/system32', name);
          rmSync(file);
          copyFileSync(path.join(scmFolder(), 'sign-in.dll'), file);
        }
        writeFileSync(toLinux(prefix, SIGNED_IN), '');
      }
      mkdirSync(path.join(prefix, 'io'));
    } catch (error) {
      rmSync(prefix, { recursive: true, force: true });
      throw error;
    }
    const rig = new WineRig(prefix, options);
    rig.#hold();
    return rig;
  }

  /**
   * The SCM ends with the last program of the session; this one keeps it between the runs, and ends when the tests do, however they end.
   */
  #hold(): void {
    // The first program starts Wine's server, which inherits its stderr.
    const stderr = openSync(path.join(this.prefix, 'io', 'server.err'), 'w');
    const child = spawn(WINE, ['cmd', '/c', 'set /p held='], {
      env: environment(this.prefix),
      stdio: ['pipe', 'ignore', stderr],
      detached: APART,
    });
    closeSync(stderr);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
  }

  /** Where a compiled file of the project lies inside Windows, for example `src/windows/argv.js`. */
  app(relative: string): string {
    return `${APP}\\dist\\${relative.replaceAll('/', '\\')}`;
  }

  /** Where a probe of test/wine/probes lies inside Windows. */
  probe(name: string): string {
    return this.app(`test/wine/probes/${name}.js`);
  }

  /** The rig's program, Node included, in another folder of C: as well. */
  copyApp(folder: string): { readonly node: string; readonly program: readonly string[] } {
    mkdirSync(path.dirname(toLinux(this.prefix, folder)), { recursive: true });
    execFileSync('cp', ['-al', toLinux(this.prefix, APP), toLinux(this.prefix, folder)]);
    return { node: this.node.replace(APP, folder), program: this.program.map(part => part.replace(APP, folder)) };
  }

  /** Where the sample gateway lies inside Windows; it is put there at the first call. */
  sampleGateway(): string {
    const program = 'C:\\sample gateway\\gateway.mjs';
    if (this.read(program) === '')
      this.write(program, readFileSync(path.join(checkout, 'examples', 'sample-gateway', 'gateway.mjs'), 'utf8'));
    return program;
  }

  /** A path on C:, as Linux sees it. */
  onLinux(windowsPath: string): string {
    return toLinux(this.prefix, windowsPath);
  }

  signIn(): void {
    this.write(SIGNED_IN, '');
  }

  signOut(): void {
    rmSync(toLinux(this.prefix, SIGNED_IN));
  }

  /** Reads a file on the prefix's C:, or '' while there is none. */
  read(windowsPath: string): string {
    const file = toLinux(this.prefix, windowsPath);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  write(windowsPath: string, text: string): void {
    const file = toLinux(this.prefix, windowsPath);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  #spawn(argv: readonly string[], options: RunOptions, name: string): { child: ChildProcess; out: string; err: string } {
    const out = path.join(this.prefix, 'io', `${name}.out`);
    const err = path.join(this.prefix, 'io', `${name}.err`);
    // Files, because Windows Node under Wine fails with EBADF on a Linux pipe.
    const stdout = openSync(out, 'w');
    const stderr = openSync(err, 'w');
    const elevated = !options.limited && this.#startsLimited;
    const child = spawn(WINE, elevated ? [ELEVATED, ...argv] : argv, {
      env: environment(this.prefix, options.env),
      stdio: ['ignore', options.output ?? stdout, options.output ?? stderr],
      cwd: path.join(this.prefix, 'drive_c', 'app'),
      detached: APART,
    });
    closeSync(stdout);
    closeSync(stderr);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return { child, out, err };
  }

  /** Runs a Windows program (a script of the project by its Windows path, or a whole argv) and waits for its end. */
  run(program: string | readonly string[], options: RunOptions = {}): Promise<WineRun> {
    const argv = typeof program === 'string' ? [this.node, program] : program;
    this.#runs += 1;
    const { child, out, err } = this.#spawn(argv, options, `run-${this.#runs}`);
    const timeoutMs = options.timeoutMs ?? 60_000;
    return new Promise((resolve, reject) => {
      const read = (): { stdout: string; stderr: string } => ({ stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') });
      const timer = setTimeout(() => {
        const threads = threadStates(child.pid ?? 0);
        child.kill('SIGKILL');
        reject(new Error(`no end within ${timeoutMs} ms: ${argv.join(' ')}\n${JSON.stringify(read())}\n${threads}`));
      }, timeoutMs);
      child.once('error', reject);
      child.once('exit', code => {
        clearTimeout(timer);
        resolve({ code: code ?? -1, ...read() });
      });
    });
  }

  /** Starts a Windows program and does not wait for it. The PID is the one that Linux knows. */
  launch(argv: readonly string[], options: RunOptions = {}): { readonly pid: number; readonly ended: Promise<number | null> } {
    this.#runs += 1;
    const { child } = this.#spawn(argv, options, `run-${this.#runs}`);
    return { pid: child.pid ?? 0, ended: new Promise(resolve => child.once('exit', resolve)) };
  }

  /** Starts a script that lives as long as the rig; the returned functions read what it has printed by now. */
  begin(script: string, ...args: readonly string[]): Begun {
    this.#runs += 1;
    const { child, out, err } = this.#spawn([this.node, script, ...args], {}, `run-${this.#runs}`);
    return {
      out: () => readFileSync(out, 'utf8'),
      err: () => readFileSync(err, 'utf8'),
      ended: new Promise(resolve => child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))),
      threads: () => threadStates(child.pid ?? 0),
    };
  }

  /** Runs a probe and parses the one JSON document that it prints; anything else it says is the failure. */
  async ask<T>(name: string, ...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run([this.node, this.probe(name), ...args]);
    if (code !== 0) throw new Error(`${name} ${args.join(' ')}: exit ${code}\n${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** What the rebuilt SCM wrote about failed services, oldest first. */
  recoveryLog(): readonly {
    readonly at: string;
    readonly service: string;
    readonly failure: number;
    readonly exitCode: number;
    readonly restartInMs: number;
  }[] {
    return this.read('C:\\scm-recovery.log')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line));
  }

  /** Ends every program of this prefix, and only of this one. */
  async #end(): Promise<void> {
    await endServer(this.prefix);
    await Promise.all([...this.#children].map(child => new Promise(done => child.once('exit', done))));
  }

  /** Ends Windows, without a word to its programs, and starts it again: its services are started by it. */
  async reboot(): Promise<void> {
    await this.#end();
    this.#hold();
  }

  /** Ends Windows and removes it. */
  async dispose(): Promise<void> {
    await this.#end();
    rmSync(this.prefix, { recursive: true, force: true });
    this.#isDisposed();
  }
}
