// @ts-check
/**
 * A gateway without Hermes, in one file without dependencies. It follows the same contract with its supervisor (identity files, control
 * pipe, planned-stop marker, exit codes) and fails on request. README.md lists every switch.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

const HELP = `usage: gateway.mjs [--profile NAME] [switches] gateway run [--external-supervisor]

  --external-supervisor   report an external supervisor; exit with 75 to request a restart
  --profile NAME          the profile's home below HERMES_HOME
  --serves A,B            profiles that this gateway serves in addition to its own
  --start-delay-ms N      wait N ms before the first file is written
  --exit-at-once CODE     exit with CODE after the delay
  --chatter N             print N MB
  --with-child            start a child process that is not ended on exit
  --busy-ms N             when it is to end, finish work for N ms first
  --ignore-stop           acknowledge every request to stop, but keep running
  --no-files              write no identity file and open no control pipe
  --old                   behave like a Hermes without --external-supervisor and control pipe`;

const WINDOWS = process.platform === 'win32';
const POLL_MS = 500;
const HEARTBEAT_MS = 30_000;
const MARKER_TTL_MS = 60_000;
const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_SOCKET_PATH_BYTES = 100;

const switches = parse(process.argv.slice(2));
const home = profileHome();
const startTime = startTimeOf(process.pid);
const record = { pid: process.pid, kind: 'hermes-gateway', argv: process.argv, start_time: startTime, hermes_home: home };
const files = {
  pid: path.join(home, 'gateway.pid'),
  lock: path.join(home, 'gateway.lock'),
  state: path.join(home, 'gateway_state.json'),
  heartbeat: path.join(home, 'state', 'gateway.heartbeat'),
  command: path.join(home, 'state', 'sample-gateway.command'),
  plannedStop: path.join(home, '.gateway-planned-stop.json'),
  pointer: path.join(home, 'gateway.sock.path'),
  refusal: path.join(home, 'state', 'sample-gateway.refuse'),
};
/** Read once: an update that is installed later applies to the next process. */
const version = readText(path.join(import.meta.dirname, 'VERSION'))?.trim() ?? 'sample';
let gatewayState = 'starting';
let activeAgents = switches.busyMs > 0 ? 1 : 0;
let stopping = false;
/** A restart was requested: like Hermes 0.22, it waits for work in progress and ignores a later request to stop. */
let restarting = false;
/** Number of `identify` requests: after the second one, the supervisor has received the first answer. */
let identified = 0;
/** @type {string | undefined} */
let socketFile;

process.stdout.on('error', () => {}); // the reader of the output may end first
await run();

async function run() {
  say(`gateway ${process.pid} of ${home}${switches.externalSupervisor ? ', externally supervised' : ''}`);
  await new Promise(resolve => setTimeout(resolve, switches.startDelayMs));
  if (switches.exitAtOnce !== undefined) end(switches.exitAtOnce, 'asked to end at once');
  if (readText(files.refusal) !== undefined) end(78, `the configuration is refused, because ${files.refusal} exists`);
  if (switches.withChild) startChild();
  process.on('SIGTERM', () => askedToStop('SIGTERM', !switches.files || takeMarker()));
  process.on('SIGINT', () => askedToStop('SIGINT', true));
  if (switches.files) {
    await claimHome();
    if (!switches.old) await serve();
    setInterval(look, POLL_MS);
    setInterval(beat, HEARTBEAT_MS);
    beat();
    setState('running');
  } else {
    setInterval(() => {}, HEARTBEAT_MS);
    say('running');
  }
  if (switches.chatterMb > 0) await chatter(switches.chatterMb);
}

/** Allows one gateway per home: exits if another one runs. Removes the PID file of a gateway that was killed. */
async function claimHome() {
  mkdirSync(path.join(home, 'state'), { recursive: true });
  const other = readJson(files.pid);
  if (other !== undefined && (await isLivingGateway(other))) end(1, `another gateway (PID ${other['pid']}) already runs in this home`);
  if (other !== undefined) say(`removing the stale gateway.pid of ${other['pid']}`);
  try {
    // On Windows the name of a deleted file stays in use while another process reads it. A renamed file frees its name at once.
    renameSync(files.pid, `${files.pid}.${process.pid}`);
    rmSync(`${files.pid}.${process.pid}`, { force: true });
  } catch {
    // There was no such file.
  }
  try {
    const fd = openSync(files.pid, 'wx');
    writeSync(fd, JSON.stringify(record));
    closeSync(fd);
  } catch {
    end(1, 'another gateway was faster in this home');
  }
  // Hermes also locks this file until the process ends. Node cannot lock files, so only the content is the same.
  writeFileSync(files.lock, JSON.stringify(record));
}

/** @param {Record<string, unknown>} other */
async function isLivingGateway(other) {
  const pid = Number(other['pid']);
  if (pid === process.pid || !isAlive(pid)) return false;
  if (typeof other['start_time'] === 'number') return other['start_time'] === startTimeOf(pid);
  return await new Promise(resolve => {
    const socket = net.connect(controlAddress().address, () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** Serves the control pipe: one request per connection, one JSON line in each direction. */
async function serve() {
  const { address, pointer } = controlAddress();
  if (!WINDOWS) rmSync(address, { force: true });
  const server = net.createServer(socket => {
    let text = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', chunk => {
      text += chunk.toString('utf8');
      if (Buffer.byteLength(text) > MAX_REQUEST_BYTES) socket.destroy();
      else if (text.includes('\n')) socket.end(`${JSON.stringify(answer(text.slice(0, text.indexOf('\n'))))}\n`);
    });
  });
  await new Promise(resolve => {
    server.on('error', error => resolve(say(`no control pipe: ${error.message}`)));
    server.listen(address, () => resolve(say(`listening at ${address}`)));
  });
  if (!WINDOWS) socketFile = address;
  if (pointer) writeFileSync(files.pointer, address);
}

/** @param {string} line */
function answer(line) {
  const request = parseJson(line) ?? {};
  const verb = String(request['verb'] ?? '');
  const reply = { protocol: 1, id: request['id'] ?? null };
  const result = act(verb);
  return result === undefined ? { ok: false, error: `unknown verb: ${verb}`, ...reply } : { ok: true, result, ...reply };
}

/**
 * @param {string} verb a verb of the control pipe, or a test verb that makes the gateway fail
 * @returns {Record<string, unknown> | undefined}
 */
function act(verb) {
  const [name, argument] = verb.split(' ');
  const alreadyStopping = stopping;
  switch (name) {
    case 'identify': {
      identified += 1;
      const supervisor = process.env['INVOCATION_ID'] ? 'systemd' : switches.externalSupervisor ? 'external' : 'manual';
      return { ...record, protocol: 1, profile: switches.profile, supervisor, code_version: version, served_profiles: switches.serves };
    }
    case 'status':
      return { ...stateDocument(), answered_at: Date.now() / 1_000, answering_pid: process.pid, identified };
    case 'pause-for-update':
      restarting = true;
      setImmediate(() => askedToStop('pause-for-update', true));
      return { pausing: !alreadyStopping, already_stopping: alreadyStopping, pid: process.pid, drain_timeout: 0 };
    case 'test-exit':
      setImmediate(() => leave(Number(argument ?? 0), 'asked to'));
      break;
    case 'test-crash':
      setImmediate(() => process.kill(process.pid, 'SIGKILL'));
      break;
    case 'test-hang':
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
      break;
    case 'test-say':
      say(argument ?? '');
      break;
    case 'test-work':
      activeAgents = Number(argument ?? 0);
      break;
    case 'test-state':
      setState(argument ?? 'running');
      break;
    default:
      return undefined;
  }
  say(verb);
  return { pid: process.pid };
}

/** Runs every half second: looks for a planned-stop marker and for a command. */
function look() {
  if (takeMarker()) askedToStop('planned-stop marker', true);
  const command = readText(files.command)?.trim();
  if (command === undefined) return;
  rmSync(files.command, { force: true });
  if (act(command) === undefined) say(`unknown command: ${command}`);
}

/** Consumes a fresh marker for this process; returns whether there was one. Deletes a stale marker. */
function takeMarker() {
  const marker = readJson(files.plannedStop);
  if (marker === undefined) return false;
  const fresh = Date.now() - Date.parse(String(marker['written_at'])) <= MARKER_TTL_MS;
  const theirStart = marker['target_start_time'];
  const ours = marker['target_pid'] === process.pid && (theirStart == null || startTime === null || theirStart === startTime);
  if (ours || !fresh) rmSync(files.plannedStop, { force: true });
  return ours && fresh;
}

/**
 * @param {string} by
 * @param {boolean} planned an unplanned end must exit as a failure, so that a supervisor restarts the gateway
 */
function askedToStop(by, planned) {
  if (switches.ignoreStop) return say(`${by}: ignored`);
  if (stopping) return;
  stopping = true;
  const code = restarting ? 75 : planned ? 0 : 1;
  if (switches.busyMs > 0) setState('draining');
  setTimeout(() => leave(code, `${by}, ${planned ? 'planned' : 'not planned'}`), switches.busyMs);
}

/**
 * Ends in order: writes the state "stopped" and deletes its own files.
 * @param {number} code
 * @param {string} reason
 */
function leave(code, reason) {
  if (switches.files) {
    setState('stopped', reason);
    if (readJson(files.pid)?.['pid'] === process.pid) rmSync(files.pid, { force: true });
    if (socketFile !== undefined) rmSync(socketFile, { force: true });
    rmSync(files.pointer, { force: true });
  }
  end(code, reason);
}

/**
 * @param {number} code
 * @param {string} reason
 * @returns {never}
 */
function end(code, reason) {
  say(`ends with ${code}: ${reason}`);
  process.exit(code);
}

/**
 * @param {string} state
 * @param {string | null} reason
 */
function setState(state, reason = null) {
  gatewayState = state;
  writeJson(files.state, stateDocument(reason));
  say(state);
}

/** @param {string | null} exitReason */
function stateDocument(exitReason = null) {
  return {
    ...record,
    gateway_state: gatewayState,
    exit_reason: exitReason,
    restart_requested: restarting,
    active_agents: activeAgents,
    platforms: {},
    served_profiles: switches.serves,
    updated_at: new Date().toISOString(),
  };
}

function beat() {
  writeJson(files.heartbeat, { pid: process.pid, updated_at: new Date().toISOString(), monotonic: performance.now() / 1_000 });
}

/** Starts a child that ends by itself after ten minutes, in case that it is not ended before. */
function startChild() {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { stdio: 'ignore', windowsHide: true });
  say(`child ${child.pid}`);
}

/** @param {number} megabytes */
async function chatter(megabytes) {
  const line = `${'chatter '.repeat(127)}chatter\n`;
  for (let i = 0; i < megabytes * 1_024; i += 1) {
    if (!process.stdout.write(line)) await new Promise(resolve => process.stdout.once('drain', () => resolve(undefined)));
  }
  say(`chattered ${megabytes} MB`);
}

function controlAddress() {
  const resolved = realpathSync.native(home);
  const folded = WINDOWS ? resolved.replaceAll('/', '\\').toLowerCase() : resolved;
  const hash = createHash('sha256').update(folded, 'utf8').digest('hex').slice(0, 16);
  if (WINDOWS) return { address: `\\\\.\\pipe\\hermes-gateway-${hash}`, pointer: false };
  const direct = path.join(home, 'gateway.sock');
  const fits = Buffer.byteLength(direct) <= MAX_SOCKET_PATH_BYTES;
  return fits ? { address: direct, pointer: false } : { address: path.join(tmpdir(), `hermes-gw-${hash}.sock`), pointer: true };
}

/**
 * Start time as Hermes records it. On Linux that is field 22 of /proc/<pid>/stat. On other systems it is the creation time in centiseconds,
 * which Node cannot read: null, as Hermes writes for an unknown time.
 * @param {number} pid
 */
function startTimeOf(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === undefined ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

/** @param {number} pid */
function isAlive(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  // A zombie process still has its PID.
  if (stat?.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(value));
  try {
    renameSync(temporary, file);
  } catch {
    // Windows does not replace a file that another process is reading.
    writeFileSync(file, JSON.stringify(value));
    rmSync(temporary, { force: true });
  }
}

/** @param {string} file */
function readJson(file) {
  return parseJson(readText(file));
}

/**
 * @param {string | undefined} text
 * @returns {Record<string, unknown> | undefined}
 */
function parseJson(text) {
  try {
    const value = JSON.parse((text ?? '').replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

/** The home of the profile. A supervisor sets HERMES_HOME to the home itself. */
function profileHome() {
  const root = process.env['HERMES_HOME'] || path.join(homedir(), '.hermes');
  if (switches.profile === 'default' || path.basename(path.dirname(root)) === 'profiles') return root;
  return path.join(root, 'profiles', switches.profile);
}

/** @param {string[]} argv */
function parse(argv) {
  const rest = [...argv];
  const flag = (/** @type {string} */ name) => rest.includes(name) && rest.splice(rest.indexOf(name), 1).length > 0;
  const option = (/** @type {string} */ name) => (rest.includes(name) ? rest.splice(rest.indexOf(name), 2)[1] : undefined);
  const old = flag('--old');
  if (flag('--help')) {
    const lines = HELP.split('\n').filter(line => !old || !line.includes('--external-supervisor'));
    console.log(lines.join('\n'));
    process.exit(0);
  }
  const exitAtOnce = option('--exit-at-once');
  const parsed = {
    old,
    externalSupervisor: !old && flag('--external-supervisor'),
    profile: option('--profile') ?? 'default',
    serves: option('--serves')?.split(',') ?? [],
    startDelayMs: Number(option('--start-delay-ms') ?? 0),
    exitAtOnce: exitAtOnce === undefined ? undefined : Number(exitAtOnce),
    chatterMb: Number(option('--chatter') ?? 0),
    busyMs: Number(option('--busy-ms') ?? 0),
    withChild: flag('--with-child'),
    ignoreStop: flag('--ignore-stop'),
    files: !flag('--no-files'),
  };
  if (rest.join(' ') !== 'gateway run') {
    console.error(`${HELP}\n\nnot understood: ${rest.join(' ') || '(nothing)'}`);
    process.exit(2);
  }
  return parsed;
}
