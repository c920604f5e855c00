// The parts of docs/ that the code tells: phases, update steps, exit codes, events, rights. They stand between two comments in the pages;
// test/unit/docs.test.ts compares them, and writes them anew with DOCS=write.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { programHelp } from '../../src/cli/help.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { explainEnd } from '../../src/desktop/messages-en-ends.ts';
import { PHASE_VIEWS } from '../../src/desktop/views.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { ERRORS, type ErrorRow } from '../../src/model/error-table.ts';
import { EVENTS } from '../../src/model/events.ts';
import { KNOWN_ENDS } from '../../src/model/known-end.ts';
import { PROBLEMS, type ProblemCode, type ProblemRow } from '../../src/model/problems.ts';
import { PHASES, type Phase, type Status } from '../../src/model/status.ts';
import { UPDATE_OUTCOMES, UPDATE_STEPS } from '../../src/update/update-shape.ts';
import { OWNER_RIGHTS } from '../../src/windows/sddl.ts';
import { REQUIRED_PRIVILEGES } from '../../src/windows/service-install.ts';
import { REPOSITORY } from './sandbox.ts';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

/** The drawing in the comment that a file opens with: from the first line that is set in, to the last. */
export function drawingOf(file: string): string {
  const [, comment = ''] = /\/\*\*\n([\s\S]*?)\*\//.exec(readFileSync(path.join(REPOSITORY, file), 'utf8')) ?? [];
  const lines = comment.split('\n').map(line => line.replace(/^ \* ?/, ''));
  const set = lines.flatMap((line, index) => (line.startsWith('  ') ? [index] : []));
  return lines.slice(set[0], (set.at(-1) ?? 0) + 1).join('\n');
}

const text = (drawing: string) => `\`\`\`text\n${drawing}\n\`\`\``;

const example = (phase: Phase): Status => ({
  schema: 1,
  profile: 'default',
  service: 'HermesGateway',
  mechanism: 'service',
  phase,
  desired: 'running',
  restarts: { count: 0 },
  recovery: { delaysMs: [], resetMs: 0 },
  problems: [],
});

function phases(): string {
  const rows = PHASES.map(phase => {
    const { action, icon, exit } = PHASE_VIEWS[phase];
    return [`\`${phase}\``, en.phase[phase], en.sentence(example(phase), 0), action ?? '', icon, String(exit)];
  });
  const head = ['phase', 'word', 'what a person reads', 'offered', 'tray', 'exit code of `status`'];
  return `${text(drawingOf('src/model/status.ts'))}\n\n${table(head, rows)}`;
}

function knownEnds(): string {
  const rows = KNOWN_ENDS.map(known => {
    const { message = '', remedy = '' } = explainEnd({ known }) ?? {};
    return [`\`${known}\``, message, remedy];
  });
  return table(['`lastExit.known`', 'what it says', 'what helps'], rows);
}

/** Where more is said about a problem. */
const SEE: Partial<Readonly<Record<ProblemCode, string>>> = {
  'gateway-silent': '[A gateway that hangs](operations.md#a-gateway-that-hangs)',
  'gateway-degraded': '[Which bots are connected](operations.md#which-bots-are-connected)',
  'platform-down': '[Which bots are connected](operations.md#which-bots-are-connected)',
  'gateway-in-background':
    '[A gateway program that goes into the background](operations.md#a-gateway-program-that-goes-into-the-background)',
  'environment-kept': '[The environment of the gateway](operations.md#the-environment-of-the-gateway)',
  'runner-silent': '[A runner that does not answer](operations.md#a-runner-that-does-not-answer)',
  'host-suspended': '[A runner that does not answer](operations.md#a-runner-that-does-not-answer)',
  'crash-loop': '[Why it ended](operations.md#why-it-ended)',
  configuration: '[Why it ended](operations.md#why-it-ended)',
  'launch-failed': '[Why it ended](operations.md#why-it-ended)',
  'bad-update': '[An update that is interrupted](operations.md#an-update-that-is-interrupted)',
  'before-sign-in-refused': '[Before the sign-in](session-0-or-the-users-session.md#before-the-sign-in)',
  'before-sign-in-changed': '[Before the sign-in](session-0-or-the-users-session.md#before-the-sign-in)',
  'taken-over': '[Who asked decides](architecture.md#who-asked-decides)',
  'service-superfluous': '[One gateway for many profiles](mechanisms.md#one-gateway-for-many-profiles)',
  'profile-served': '[One gateway for many profiles](mechanisms.md#one-gateway-for-many-profiles)',
  'profile-gone': '[Many profiles](mechanisms.md#many-profiles)',
  'bot-held': '[Many profiles](mechanisms.md#many-profiles)',
  'kept-by-hermes': '[What started it before](mechanisms.md#what-started-it-before)',
  'started-otherwise': '[What started it before](mechanisms.md#what-started-it-before)',
  'autostart-left': '[What started it before](mechanisms.md#what-started-it-before)',
  'autostart-unasked': '[What started it before](mechanisms.md#what-started-it-before)',
  'packaged-service': "[Hermes' own packaged service](mechanisms.md#hermes-own-packaged-service)",
  'rights-changed': '[Security](security.md)',
  'owner-missing': '[Security](security.md)',
  'event-source-missing': '[Events](operations.md#events)',
  'state-unwritable': '[Files](operations.md#files)',
  'log-incomplete': '[Files](operations.md#files)',
};

function problems(): string {
  return Object.entries(PROBLEMS)
    .map(([code, { message, remedy, severity = 'warning', elevated }]: [string, ProblemRow]) => {
      const see = SEE[code as ProblemCode];
      const facts = `*${severity}${elevated ? ', needs an administrator' : ''}*`;
      return [`## ${code}`, facts, `${message} ${remedy}`, ...(see === undefined ? [] : [`More: ${see}.`])].join('\n\n');
    })
    .join('\n\n');
}

function errors(): string {
  const rows = Object.entries(ERRORS).map(([code, { message, remedy, exit = EXIT.failed }]: [string, ErrorRow]) => [
    `\`${code}\``,
    message,
    remedy.replaceAll('|', '\\|'),
    String(exit),
  ]);
  return table(['code', 'when it is thrown', 'what helps', 'exit code'], rows);
}

/** The custom properties with their defaults, light and dark where they differ. */
function cssVariables(): string {
  const css = readFileSync(path.join(REPOSITORY, 'renderer/tokens.css'), 'utf8');
  const rows = [...css.matchAll(/^ {2}(--[\w-]+): (.+);$/gm)].map(([, name = '', value = '']) => [`\`${name}\``, `\`${value}\``]);
  return table(['variable', 'default'], rows);
}

function update(): string {
  const steps = UPDATE_STEPS.map(step => `\`${step}\``).join(', ');
  const outcomes = UPDATE_OUTCOMES.map(outcome => `\`${outcome}\``).join(', ');
  return `${text(drawingOf('src/update/update.ts'))}\n\nSteps, as the journal has them: ${steps}. Outcomes: ${outcomes}.`;
}

function exitCodes(): string {
  const [, listed = ''] = /Exit codes:\n([\s\S]*?)\n {2}With/.exec(programHelp('')) ?? [];
  const rows = listed.split('\n').map(line => /^ *(\d+) +(.*)$/.exec(line)?.slice(1) ?? []);
  return table(['code', 'meaning'], rows);
}

function events(): string {
  const rows = Object.values(EVENTS).map(({ id, type, message }) => [String(id), type, message]);
  return table(['id', 'level', 'what it says'], rows);
}

const listed = (words: readonly string[]) => words.map(word => `\`${word}\``).join(', ');

interface Figure {
  readonly name: string;
  readonly median: number;
}

/** A figure of the last benchmark; of several with the name, the first. */
function measured(name: string): number {
  const { figures } = JSON.parse(readFileSync(path.join(REPOSITORY, 'docs/evidence/bench.json'), 'utf8')) as { figures: readonly Figure[] };
  const figure = figures.find(each => each.name === name);
  if (!figure) throw new RangeError(`"${name}" was not measured`);
  return figure.median;
}

const memoryOf = (service: string) => `${Math.round(measured(`${service}: memory without the gateway, shared pages once`))} MB`;
const startOf = (service: string) => `${(measured(`${service}: StartService → gateway up`) / 1_000).toFixed(2)} s`;

/** By the word after "from the code:". */
export const GENERATED: Readonly<Record<string, () => string>> = {
  phases,
  'known ends': knownEnds,
  problems,
  errors,
  'css variables': cssVariables,
  update,
  'exit codes': exitCodes,
  events,
  privileges: () => listed(REQUIRED_PRIVILEGES),
  rights: () => listed(OWNER_RIGHTS),
  'memory of ours': () => memoryOf('ours'),
  'memory of NSSM': () => memoryOf('NSSM'),
  'start of ours': () => startOf('ours'),
  'start of NSSM': () => startOf('NSSM'),
};

/** A page with what the code tells in its places: a part above, or a file of examples/. @throws RangeError where a page asks for another one */
export function withGenerated(page: string): string {
  return page.replace(/<!-- from the code: ([\w ./-]+) -->(\n?)[\s\S]*?<!-- end -->/g, (_all, name: string, newline: string) => {
    const text = name.startsWith('examples/') ? fileBlock(name) : GENERATED[name]?.();
    if (text === undefined) throw new RangeError(`nobody makes "${name}"`);
    return `<!-- from the code: ${name} -->${newline}${newline}${text}${newline}${newline}<!-- end -->`;
  });
}

/** A file as a block of code, in the language of its name. */
const fileBlock = (file: string) =>
  `\`\`\`${path.extname(file).slice(1)}\n${readFileSync(path.join(REPOSITORY, file), 'utf8').trimEnd()}\n\`\`\``;
