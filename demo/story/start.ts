/** `npm start`: plays the story in a trial, then keeps the panel open. Connects trial, browser shell and terminal. */

import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { type BrowserShell, openBrowserShell } from './browser.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { controllerDriver, type Driver } from './driver.ts';
import { HELP, parseStartOptions, type StartOptions } from './options.ts';
import { type PageDriver, pageDriver } from './page-driver.ts';
import { openPosixSystem } from './posix-system.ts';
import { type StoryReport, type StoryStepReport, stepLines, summaryLine } from './report.ts';
import { playStory } from './story.ts';
import { openTrial, type Trial } from './trial.ts';
import type { OpenSystem } from './trial-system.ts';

/** By convention, 128 plus the number of SIGINT. */
const EXIT_INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The modules of Windows load koffi, so they are loaded there only. */
const openThisSystem: OpenSystem = async options =>
  process.platform === 'win32' ? (await import('./windows-system.ts')).openWindowsSystem(options) : openPosixSystem(options);

/**
 * Resolves with the exit code.
 * @param root of this project
 */
export async function start(argv: readonly string[], root: string, openSystem: OpenSystem = openThisSystem): Promise<number> {
  let options: StartOptions;
  try {
    options = parseStartOptions(argv);
  } catch (error) {
    return complain(error, EXIT.usage);
  }
  if (options.help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }

  const interruption = new AbortController();
  const interrupt = () => {
    if (!interruption.signal.aborted) process.stderr.write('\nEnding: switching off and cleaning up.\n');
    interruption.abort(new Error('interrupted'));
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await runTrial(options, root, openSystem, interruption.signal);
  } catch (error) {
    // An interrupted opening has cleaned up already.
    if (interruption.signal.aborted) return EXIT_INTERRUPTED;
    return complain(error, EXIT.failed);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

async function runTrial(options: StartOptions, root: string, openSystem: OpenSystem, signal: AbortSignal): Promise<number> {
  const say = options.json ? () => undefined : (text: string) => void process.stdout.write(`${text}\n`);
  const trial = openTrial(await openSystem({ ...options, root }));
  let shell: BrowserShell | undefined;
  let report: Omit<StoryReport, 'left'> | undefined;
  let logs: string | undefined;
  let failure: unknown;
  try {
    const { controller, attempt, consent } = trial;
    shell = await openBrowserShell({ controller, attempt, consent, pages: path.join(root, 'dist/demo/page') });
    say(introduction(trial));
    report = await tellStory(options, { trial, shell, root, signal, say });
    if (!report.ok) logs = keepLogs(trial, path.join(root, 'test-results', `${resultsName(options)}-logs`));
    say(`\n  ${summaryLine(report)}`);
    if (logs !== undefined) say(`  The logs are in ${logs}.`);
    if (report.ok && !options.json && process.stdin.isTTY && process.stdout.isTTY) await stay(trial, shell, signal, say);
  } catch (error) {
    if (!signal.aborted) failure = error;
  }
  await shell?.close();
  const left = await trial.dispose();
  if (failure !== undefined) throw failure;

  say(
    left.length === 0
      ? '  Everything is removed: no process runs, and the temporary folder is deleted.'
      : `  Left over:\n    ${left.join('\n    ')}`,
  );
  if (options.json && report) process.stdout.write(`${JSON.stringify({ ...report, ok: report.ok && left.length === 0, left })}\n`);
  if (!report) return EXIT_INTERRUPTED;
  return report.ok && left.length === 0 ? EXIT.done : EXIT.failed;
}

interface StoryContext {
  readonly trial: Trial;
  readonly shell: BrowserShell;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

async function tellStory(options: StartOptions, { trial, shell, root, signal, say }: StoryContext): Promise<Omit<StoryReport, 'left'>> {
  const pictures = path.join(root, 'test-results', resultsName(options));
  const { browser, why } = await openBrowser(options, trial);
  const beganMs = performance.now();
  let page: PageDriver | undefined;
  let steps: readonly StoryStepReport[];
  try {
    page = browser && (await pageDriver({ browser, url: shell.url, pictures }));
    const { controller, identity, attempt } = trial;
    const driver: Driver = page ?? controllerDriver({ controller, profile: identity.profile, attempt });
    const story = playStory({ trial, driver, ...(page && { page }), signal, onStep: step => say(stepLines(step)) });
    steps = await Promise.race([story, aborted(signal)]);
    await driver.close();
  } finally {
    await browser?.close();
  }
  return {
    ok: steps.every(({ result }) => result !== 'failed'),
    gateway: trial.gateway,
    folder: trial.folder,
    steps,
    totalMs: performance.now() - beganMs,
    ...(page ? { pictures } : { noPictures: why ?? '' }),
  };
}

async function openBrowser({ browser: wanted }: StartOptions, trial: Trial): Promise<{ browser?: Browser; why?: string }> {
  if (!wanted) return { why: '--no-browser was given' };
  const executable = findChromium();
  if (executable === undefined) return { why: 'no Chromium was found (set CHROMIUM to its path)' };
  try {
    // Without the trial's environment, so that the browser is not counted as one of its processes.
    return { browser: await launchChromium(executable, { env: trial.outerEnv }) };
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { why: `${executable} could not be used (${line})` };
  }
}

/** Switches on again and stays until Ctrl+C. */
async function stay(trial: Trial, shell: BrowserShell, signal: AbortSignal, say: StoryContext['say']): Promise<void> {
  const reply = await trial.controller.handle('set', { profile: trial.identity.profile, on: true });
  say(reply.ok ? '\n  Switched on again. The panel is at' : `\n  ${reply.error.message} The panel is at`);
  say(`\n    ${shell.url}\n`);
  say('  "Try it" there kills, breaks, hangs and updates the gateway: watch how the service restarts it. Ctrl+C ends the trial.');
  await aborted(signal);
}

/** Rejects with the signal's reason when it is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Keeps the logs of a failure, because the temporary folder is deleted. */
function keepLogs({ manager, identity }: Trial, kept: string): string | undefined {
  const logs = path.dirname(manager.logPath(identity));
  if (!existsSync(logs)) return undefined;
  cpSync(logs, kept, { recursive: true });
  return kept;
}

function introduction({ gateway, place }: Trial): string {
  return `Demonstration of the gateway service with ${gateway === 'sample' ? 'the sample gateway' : 'Hermes'} ${place}.\n`;
}

function complain(error: unknown, exit: number): number {
  const { message, remedy } = toGatewayServiceError(error);
  process.stderr.write(`${message}\n${remedy}\n`);
  return exit;
}

/** Pictures and logs of a trial below Wine stand beside those of this system. */
function resultsName({ wine }: StartOptions): string {
  return wine ? 'story-wine' : 'story';
}
