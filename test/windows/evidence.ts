// What a run leaves to be attached to an issue: a summary in Markdown, and files without names of the user and the computer and without
// secrets. Pure.
import { stripVTControlCharacters } from 'node:util';
import { redact } from '../../src/model/redact.ts';
import { type Check, checkTable } from './checks.ts';

/** What the test runner writes as JSON, as far as it is read here. */
export interface RunnerResults {
  readonly testResults: readonly {
    readonly name: string;
    /** Why the file broke outside of its tests. */
    readonly message: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

interface TestResult {
  readonly title: string;
  readonly status: string;
  readonly duration?: number | null;
  readonly failureMessages?: readonly string[] | null;
  readonly meta?: { readonly proof?: string; readonly figure?: string };
}

export interface Outcome {
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly checks: readonly Check[];
  /** Whether tests were started: not for a check, and not where the machine is refused. */
  readonly started: boolean;
  /** Undefined where the test runner did not come to its end. */
  readonly results: RunnerResults | undefined;
  /** What an earlier run had left, and what of this one is left after everything was removed. */
  readonly removedFirst: readonly string[];
  readonly left: readonly string[];
  readonly files: readonly string[];
}

export const testsOf = (results: RunnerResults | undefined): readonly TestResult[] =>
  results?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];

export const hasRun = ({ status }: TestResult): boolean => status === 'passed' || status === 'failed';

const count = (tests: readonly TestResult[], status: string): number => tests.filter(test => test.status === status).length;

export function summaryOf({ command, at, checks, started, results, removedFirst, left, files }: Outcome): string {
  const tests = testsOf(results);
  const shown = tests.filter(hasRun);
  const skipped = tests.length - shown.length;
  const broken = results?.testResults.filter(({ message }) => message !== '') ?? [];
  const verdict = !started
    ? 'No test was started.'
    : results === undefined
      ? 'The run was interrupted.'
      : `${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed, ${skipped} skipped.`;
  const rows = shown.map(
    ({ title, status, duration, meta }) => `| ${status} | ${title}${meta?.figure ? ` (${meta.figure})` : ''} | ${seconds(duration)} |`,
  );
  const failures = [
    ...shown
      .filter(({ status }) => status === 'failed')
      .map(({ title, failureMessages }) => section(title, failureMessages?.join('\n') ?? '')),
    ...broken.map(({ name, message }) => section(name.split(/[\\/]/).at(-1) ?? name, message)),
  ];
  return [
    `# ${command}`,
    `${at}. ${verdict}`,
    `## The machine\n\n${checkTable(checks)}`,
    ...(rows.length > 0 ? [`## Tests\n\n| result | test | time |\n|---|---|---|\n${rows.join('\n')}`] : []),
    ...(failures.length > 0 ? [`## Failures\n\n${failures.join('\n\n')}`] : []),
    `## Cleaned up\n\n${list('Left by an earlier run, and removed', removedFirst)}\n${list('Left by this run', left)}`,
    `## Files\n\n${files.map(file => `* ${file}`).join('\n')}`,
    '',
  ].join('\n\n');
}

const section = (title: string, text: string): string => `### ${title}\n\n\`\`\`text\n${text.trim()}\n\`\`\``;
const list = (what: string, names: readonly string[]): string => `* ${what}: ${names.length === 0 ? 'nothing' : names.join(', ')}`;
const seconds = (ms: number | null | undefined): string => (ms == null ? '' : `${(ms / 1_000).toFixed(1)} s`);

export interface Identity {
  readonly user: string;
  readonly computer: string;
  /** The folder of the user's profile, and other names of it, such as the short one of MS-DOS. */
  readonly profiles: readonly string[];
}

/** A text with `%USERPROFILE%`, `<user>`, `<computer>` and `<SID>` for what identifies them, and without secrets. */
export function anonymous(text: string, { user, computer, profiles }: Identity): string {
  const paths = [...profiles].sort((a, b) => b.length - a.length);
  // JSON doubles backslashes, and some programs write slashes.
  const withPaths = paths.reduce((clean, folder) => clean.replace(pathPattern(folder), '%USERPROFILE%'), text);
  const withNames = [[computer, '<computer>'] as const, [user, '<user>'] as const]
    .filter(([name]) => name.length > 1)
    .reduce((clean, [name, instead]) => clean.replace(new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`, 'gi'), instead), withPaths);
  return redact(stripVTControlCharacters(withNames).replace(/S-1-5-21(-\d+)+/g, '<SID>'));
}

const pathPattern = (folder: string): RegExp =>
  new RegExp(
    folder
      .split(/[\\/]+/)
      .map(escaped)
      .join('[\\\\/]+'),
    'gi',
  );
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
