// @ts-check
// `npm run build:host` builds the host for Windows in dist/windows-host: two Node single executable applications from one blob (one without
// a window for the background, one for the console), koffi's binary, a manifest with the hashes of all three, and the licences. The hash of koffi's binary
// is also in the blob, so no other one is loaded. The output is reproducible. `-- --sign "COMMAND"` runs COMMAND FILE for koffi's binary before
// its hash is taken, and for the executables before the manifest is written.
import { execSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHost } from './bundle-host.mjs';
import { SUBSYSTEM, windowsExecutable } from './windows-executable.mjs';
import { requireWindowsParts, runWindowsNode, WINDOWS_KOFFI, windowsNode, windowsNodeVersion } from './windows-node.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Version of the interface between app and host: verbs, state folder and pipe. Raised with every change that an older app cannot handle. */
export const PROTOCOL = 1;

/**
 * These programs are idle most of the time. One V8 helper thread instead of four, and no JIT compiler, save memory. Without a JIT compiler,
 * a process that runs as SYSTEM also has no memory page that is both writable and executable. There is no WebAssembly then; before Node 24,
 * V8 prints a warning about that unless a flag says it, which later versions refuse.
 * @type {(node: WindowsNode) => readonly string[]}
 */
const v8Flags = ({ major }) => ['--v8-pool-size=1', '--jitless', ...(major < 24 ? ['--no-expose-wasm'] : [])];

const PROGRAMS = [
  { file: 'hermes-gateway-host.exe', description: 'Hermes Gateway Service', subsystem: SUBSYSTEM.windowless },
  { file: 'hermes-gateway.exe', description: 'Hermes Gateway Service, command line', subsystem: SUBSYSTEM.console },
];
const KOFFI = 'koffi.node';
/** The thread of the hidden window. */
const THREAD = 'session-end-thread.cjs';
const MANIFEST = 'manifest.json';
/** What must be shipped with the executables. */
const LICENCES = ['build/LICENSE-node.txt', 'THIRD-PARTY-NOTICES.md'];

/** @typedef {(file: string) => void} Sign signs a file in place */
/** @typedef {import('./windows-node.mjs').WindowsNode} WindowsNode */

/**
 * Bundles the parts that do not depend on the Node version.
 * @param {string} outDir
 * @param {string} [koffiBinary]
 */
export const bundleWindowsHost = (outDir, koffiBinary = WINDOWS_KOFFI) => bundleHost(outDir, { koffiBinary });

/**
 * Makes the executables of a bundle.
 * @param {string} bundle
 * @param {string} outDir is created
 * @param {object} [options]
 * @param {Sign} [options.sign]
 * @param {WindowsNode} [options.node]
 */
export function makeExecutables(bundle, outDir, { sign = () => undefined, node = windowsNode() } = {}) {
  const { version } = packageManifest();
  mkdirSync(outDir, { recursive: true });
  const program = readFileSync(node.file);
  const icon = readFileSync(path.join(root, 'build/icons/tray-running-light.ico'));
  const blob = makeBlob(bundle, node);
  for (const described of PROGRAMS) {
    const file = path.join(outDir, described.file);
    writeFileSync(file, windowsExecutable(program, blob, icon, { ...described, version }));
    sign(file);
  }
  copyFileSync(path.join(bundle, KOFFI), path.join(outDir, KOFFI));
  writeManifest(outDir, node);
}

/**
 * Writes the hashes and sizes of the files in a folder.
 * @param {string} outDir
 * @param {WindowsNode} node
 */
function writeManifest(outDir, node) {
  const { version } = packageManifest();
  const describe = (/** @type {string} */ name) => {
    const content = readFileSync(path.join(outDir, name));
    return [name, { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length }];
  };
  const files = Object.fromEntries([...PROGRAMS.map(({ file }) => file), KOFFI].map(describe));
  const manifest = { protocol: PROTOCOL, version, node: windowsNodeVersion(node), files };
  writeFileSync(path.join(outDir, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/**
 * @param {string} bundle
 * @param {WindowsNode} node
 * @returns {Buffer}
 */
function makeBlob(bundle, node) {
  const configuration = {
    main: 'hermes-gateway.cjs',
    output: 'host.blob',
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    // No environment variable and no argument can make Node run other code. OpenSSL ignores the file that OPENSSL_CONF names.
    execArgv: ['--openssl-config=nul', ...v8Flags(node)],
    execArgvExtension: 'none',
    assets: { [THREAD]: THREAD },
  };
  const folder = temporaryFolder();
  try {
    for (const name of [configuration.main, THREAD]) copyFileSync(path.join(bundle, name), path.join(folder, name));
    writeFileSync(path.join(folder, 'sea.json'), JSON.stringify(configuration));
    // A fixed seed makes the code cache reproducible. V8 accepts the cache only with the same flags.
    runWindowsNode(node, ['--random-seed=1', ...v8Flags(node), '--experimental-sea-config', 'sea.json'], folder);
    return readFileSync(path.join(folder, configuration.output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const temporaryFolder = () => mkdtempSync(path.join(os.tmpdir(), 'hermes-gateway-host-'));

/** @returns {{ version: string }} */
const packageManifest = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/**
 * @param {string} outDir
 * @param {Sign} [sign]
 */
export async function buildHost(outDir, sign = () => undefined) {
  requireWindowsParts();
  const bundle = temporaryFolder();
  const koffi = path.join(bundle, KOFFI);
  try {
    copyFileSync(WINDOWS_KOFFI, koffi);
    sign(koffi);
    await bundleWindowsHost(bundle, koffi);
    rmSync(outDir, { recursive: true, force: true });
    makeExecutables(bundle, outDir, { sign });
    for (const name of LICENCES) copyFileSync(path.join(root, name), path.join(outDir, path.basename(name)));
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
}

/** @type {(command: string) => Sign} */
const signWith = command => file => void execSync(`${command} "${file}"`, { stdio: 'inherit' });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [option, command] = process.argv.slice(2);
  if (option !== undefined && (option !== '--sign' || !command)) throw new Error('Usage: npm run build:host [-- --sign "COMMAND"]');
  try {
    await buildHost(path.join(root, 'dist/windows-host'), command === undefined ? undefined : signWith(command));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
