// `npm run windows`: tells what the machine is like, removes what an aborted run has left, runs the tests against the real SCM of this
// Windows, removes what they made, and leaves the evidence in one folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { startTime } from '../../src/windows/process-info.ts';
import { type Check, checksOf, checkTable, refusals } from './checks.ts';
import { anonymous, hasRun, type RunnerResults, summaryOf, testsOf } from './evidence.ts';
import { fullPath, installedApp, readMachineFacts } from './machine.ts';
import { beginMade, forgetMade, madeFile, readMade } from './made.ts';
import { type Mode, type Options, optionsOf, testRunnerArgs } from './options.ts';
import { EVIDENCE, INSTALLER, MACHINE_FILE, PROGRAM } from './real-windows.ts';
import { removeMade } from './remove-made.ts';
import { readShownWindows, withoutForeignLines } from './shown-windows.ts';

const FOLDERS: Readonly<Record<Mode, string>> = { script: 'windows', built: 'windows-built', installer: 'windows-installer' };
const RESULTS = 'results.json';
const SUMMARY = 'summary.md';

type BuildHost = (outDir: string) => Promise<void>;

/**
 * @param root the project's folder
 * @param args the options
 * @param buildHost builds the executables in a folder
 * @returns the exit code
 */
export async function windows(root: string, args: readonly string[], buildHost: BuildHost): Promise<number> {
  const options = optionsOf(args, process.env);
  if (process.platform !== 'win32')
    throw new Error('This needs Windows: it installs services with its SCM. Run it in an elevated terminal there.');
  const record = madeFile();
  const former = readMade(record);
  const facts = readMachineFacts(root, former, options.mode === 'installer' ? [installedApp()] : []);
  const checks = checksOf(facts, options.mode !== 'script');
  const evidence = path.join(root, 'test-results', options.check ? 'windows-check' : FOLDERS[options.mode]);
  rmSync(evidence, { recursive: true, force: true });
  mkdirSync(evidence, { recursive: true });
  writeFileSync(path.join(evidence, MACHINE_FILE), JSON.stringify(facts, undefined, 2));
  console.log(`\n${checkTable(checks)}\n`);
  const refused = refusals(checks);
  for (const sentence of refused) console.error(sentence);
  const finish = finisher(evidence, args, checks, facts.leftovers);
  if (refused.length > 0 || options.check) {
    finish(false, []);
    return refused.length === 0 ? 0 : 1;
  }
  if (former) {
    const left = await removeMade(former);
    if (left.length > 0)
      throw new Error(`An earlier run has left what cannot be removed: ${left.join(', ')}. Restart Windows, and run this again.`);
  }
  beginMade(record, process.pid, startTime(process.pid) ?? 0);
  let code = 1;
  try {
    code = await runTests(root, options, evidence, buildHost);
  } finally {
    const made = readMade(record);
    const left = made ? await removeMade(made) : [];
    if (left.length === 0) forgetMade(record);
    else code ||= 1;
    code = finish(true, left) ? code : code || 1;
  }
  return code;
}

async function runTests(root: string, options: Options, evidence: string, buildHost: BuildHost): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env, [EVIDENCE]: evidence };
  if (options.mode === 'built') {
    // Outside of dist/, which every test run rebuilds.
    const host = path.join(root, '.cache', 'windows-host');
    await buildHost(host);
    env[PROGRAM] = path.join(host, 'hermes-gateway.exe');
  }
  if (options.mode === 'installer') env[INSTALLER] = installerIn(path.join(root, 'build', 'out'));
  const vitest = path.join(path.dirname(createRequire(path.join(root, 'package.json')).resolve('vitest/package.json')), 'vitest.mjs');
  const argv = [vitest, ...testRunnerArgs(options, path.join(evidence, RESULTS))];
  return ended(spawn(process.execPath, argv, { stdio: 'inherit', cwd: root, env }));
}

function installerIn(folder: string): string {
  const installer = readdirSync(folder).find(name => /setup.*\.exe$/i.test(name));
  if (installer === undefined) throw new Error(`There is no installer in ${folder}. Run "npm run dist --prefix build" first.`);
  return path.join(folder, installer);
}

/** Ctrl+C goes to every process of the console: the test runner ends by it, and this process then cleans up. */
function ended(child: ChildProcess): Promise<number> {
  for (const signal of ['SIGINT', 'SIGBREAK', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve(code ?? 1));
  });
}

/** Returns what ends the evidence: its summary is written, and names and secrets are taken out. The result is false where no test ran. */
function finisher(evidence: string, args: readonly string[], checks: readonly Check[], removedFirst: readonly string[]) {
  const at = new Date().toISOString();
  return (started: boolean, left: readonly string[]): boolean => {
    const results = readResults(path.join(evidence, RESULTS));
    const tests = testsOf(results);
    const files = readdirSync(evidence);
    const command = ['npm run windows', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    writeFileSync(path.join(evidence, SUMMARY), summaryOf({ command, at, checks, started, results, removedFirst, left, files }));
    anonymize(evidence);
    console.log(`\nThe evidence is in ${evidence}; begin with ${SUMMARY}.`);
    if (results === undefined || tests.some(hasRun)) return true;
    console.error(`No test ran. Tests here:\n${tests.map(({ title }) => `  ${title}`).join('\n')}`);
    return false;
  };
}

function readResults(file: string): RunnerResults | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunnerResults;
  } catch {
    return undefined;
  }
}

function anonymize(evidence: string): void {
  const { username, homedir } = os.userInfo();
  const temporary = os.tmpdir();
  // TEMP names the profile in its short form where that differs.
  const inProfile = path.relative(homedir, fullPath(temporary));
  const short = temporary.toLowerCase().endsWith(inProfile.toLowerCase()) ? [temporary.slice(0, -inProfile.length - 1)] : [];
  const identity = { user: username, computer: os.hostname(), profiles: [homedir, ...short].filter(each => each.length > 3) };
  for (const name of readdirSync(evidence)) {
    const file = path.join(evidence, name);
    if (name.endsWith('.jsonl')) {
      writeFileSync(
        file,
        withoutForeignLines(readShownWindows(file))
          .map(each => `${JSON.stringify(each)}\n`)
          .join(''),
      );
    }
    writeFileSync(file, anonymous(readFileSync(file, 'utf8'), identity));
  }
}
