// What the suite for Windows assumes about a machine, one row for each assumption: what was looked at, what was found, and what follows. A
// row refuses where the suite would change something that is not its own, or would show nothing; it skips where only some tests need it.

/** What some tests need and a machine may lack. */
export type Need = 'sign-in start' | 'unsigned programs';

export interface MachineFacts {
  readonly windows: string;
  readonly architecture: string;
  readonly node: string;
  /** The program that started npm, for example `pwsh.exe`. */
  readonly startedBy: string;
  readonly elevated: boolean;
  /** The user has another token with fewer rights (UAC is on for this user). */
  readonly elevatedByConsent: boolean;
  /** EnableLUA and ConsentPromptBehaviorAdmin of the policies; undefined where they are not set. */
  readonly uac: { readonly enabled: number | undefined; readonly consent: number | undefined };
  /** The session of this process, and who is signed in to it; no SID where no user is. */
  readonly session: number;
  readonly sessionUser: string | undefined;
  readonly user: string;
  /** Windows' desktop runs in this session. */
  readonly explorer: boolean;
  /** Programs that have a console open. */
  readonly consoles: number;
  readonly defender: 'on' | 'off' | 'absent';
  readonly signedOnly: boolean;
  readonly mayCreateServices: boolean;
  readonly eventLog: boolean;
  /** Windows' own programs that are not there. */
  readonly missing: readonly string[];
  /** Folders as they are named, and as Windows names them in full. */
  readonly temporary: { readonly named: string; readonly full: string };
  readonly checkout: { readonly named: string; readonly full: string };
  readonly freeBytes: number;
  /** The start of a Node that does nothing. */
  readonly nodeStartMs: number;
  /** A service, folder or key of a Hermes or of its gateway service that no earlier run of this suite has made. */
  readonly foreign: readonly string[];
  /** What an earlier run has made and not removed. */
  readonly leftovers: readonly string[];
  /** The PID of a run that is in progress. */
  readonly otherRun: number | undefined;
}

export interface Check {
  readonly about: string;
  readonly found: string;
  readonly follows: 'runs' | 'skips' | 'refuses';
  /** What follows, in a sentence; for a refusal also what to do. */
  readonly because: string;
  /** For `skips`. */
  readonly need?: Need;
}

const OLDEST_NODE = [22, 18] as const;
const FREE_BYTES = 2_000_000_000;
/** What the issue calls "about 2 s". */
const RESPAWN_MS = 2_000;
/** The first step of the ladder, and the processes that start one after the other until a gateway runs. */
const FIRST_DELAY_MS = 1_000;
const STARTS = 4;

/** How quickly a killed gateway must run again: 2 s, and more only where a Node that does nothing takes longer to start than elsewhere. */
export const respawnWithinMs = ({ nodeStartMs }: Pick<MachineFacts, 'nodeStartMs'>): number =>
  Math.max(RESPAWN_MS, FIRST_DELAY_MS + STARTS * nodeStartMs);

/** @param built the executables are tested, and not the script under Node */
export function checksOf(facts: MachineFacts, built: boolean): Check[] {
  return [...ofSystem(facts), ...ofUser(facts), ...ofDesktop(facts), ...ofProtection(facts, built), ...ofPlaces(facts), ...ofHermes(facts)];
}

export const refusals = (checks: readonly Check[]): string[] =>
  checks.filter(({ follows }) => follows === 'refuses').map(({ about, found, because }) => `${about}: ${found}. ${because}`);

/** Why tests with this need are skipped; undefined where they run. */
export const whyWithout = (checks: readonly Check[], need: Need): string | undefined =>
  checks.find(check => check.need === need)?.because.replace(/\.$/, '');

/** For a terminal and for the summary. */
export function checkTable(checks: readonly Check[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = checks.map(({ about, found, follows, because }) => `| ${about} | ${cell(found)} | **${follows}**: ${cell(because)} |`);
  return ['| looked at | found | what follows |', '|---|---|---|', ...rows].join('\n');
}

type Draft = Omit<Check, 'about' | 'found'>;
const runs = (because: string): Draft => ({ follows: 'runs', because });
const refuses = (because: string): Draft => ({ follows: 'refuses', because });
const skips = (need: Need, because: string): Draft => ({ follows: 'skips', need, because });
const row = (about: string, found: string, draft: Draft): Check => ({ about, found, ...draft });

function ofSystem({ windows, architecture, node, startedBy, nodeStartMs }: MachineFacts): Check[] {
  const [major = 0, minor = 0] = node.replace(/^v/, '').split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  const emulated = 'The programs are for x64, and Windows emulates it.';
  const slow = respawnWithinMs({ nodeStartMs });
  return [
    row('Windows', `${windows}, ${architecture}`, runs(architecture === 'x64' ? 'The programs are for x64.' : emulated)),
    row(
      'Node',
      node,
      isOld ? refuses('The probes are TypeScript, which Node runs since 22.18: install Node 24.') : runs('It runs the probes.'),
    ),
    row('Shell', startedBy, runs('No command of the suite depends on the shell.')),
    row('Speed', `Node starts in ${nodeStartMs} ms`, runs(`A killed gateway must run again within ${slow} ms.`)),
  ];
}

function ofUser({ elevated, elevatedByConsent, uac, session, sessionUser, user }: MachineFacts): Check[] {
  const lua = uac.enabled === 0 ? 'off' : `on, policy of consent ${uac.consent ?? 'default'}`;
  const consent = 'No consent is asked for here: docs/windows-checklist.md describes it for a virtual machine.';
  return [
    row(
      'Rights',
      `${elevated ? 'an administrator' : 'an ordinary user'}${elevatedByConsent ? ', by consent' : ''}`,
      elevated ? runs('Services may be installed.') : refuses('Start it from an elevated terminal.'),
    ),
    row('UAC', lua, runs(consent)),
    row('Session', sessionUser === undefined ? `${session}, no user is signed in` : `${session}`, sessionOf(session, sessionUser, user)),
  ];
}

function sessionOf(session: number, sessionUser: string | undefined, user: string): Draft {
  if (session === 0) return refuses('A gateway would wait for a sign-in for ever: start it from the desktop of a signed-in user.');
  if (sessionUser === undefined) return refuses('A service gets no token of a user: start it from the desktop of a signed-in user.');
  if (sessionUser !== user) return refuses('It belongs to another user than this process: sign in as the user who runs the suite.');
  return runs("The service gets the token of this session's user.");
}

function ofDesktop({ explorer, elevatedByConsent, consoles }: MachineFacts): Check[] {
  const withoutExplorer = elevatedByConsent
    ? skips('sign-in start', 'an elevated process starts the sign-in start through Explorer, which does not run')
    : runs('The sign-in start needs it only where this process is elevated by consent.');
  return [
    row('Explorer', explorer ? 'runs' : 'does not run', explorer ? runs('The sign-in start can be started through it.') : withoutExplorer),
    row('Consoles of other programs', String(consoles), runs('A console that another program opens is reported, and not counted as ours.')),
  ];
}

function ofProtection({ defender, signedOnly, mayCreateServices, eventLog, missing }: MachineFacts, built: boolean): Check[] {
  const unsigned = 'Windows runs or elevates signed programs only here, and these are not signed';
  const isBlocked = signedOnly && built;
  return [
    row('Microsoft Defender', defender, runs('Every wait allows for the time of a scan.')),
    row(
      'Unsigned programs',
      signedOnly ? 'blocked' : 'allowed',
      isBlocked ? skips('unsigned programs', unsigned) : runs(built ? 'The executables can start.' : "Node's own executable is signed."),
    ),
    row(
      'Services',
      mayCreateServices ? 'may be created' : 'may not be created',
      mayCreateServices
        ? runs('They are installed under names that are recorded first.')
        : refuses('A policy forbids it: use another machine.'),
    ),
    row(
      'Event log',
      eventLog ? 'runs' : 'does not run',
      eventLog ? runs('Failures are read from it.') : refuses('Failures are read from it: start the service EventLog.'),
    ),
    row(
      'Programs of Windows',
      missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`,
      missing.length === 0 ? runs('They are started by their names.') : refuses('Put System32 on PATH.'),
    ),
  ];
}

function ofPlaces({ temporary, checkout, freeBytes }: MachineFacts): Check[] {
  const isShort = temporary.named.toLowerCase() !== temporary.full.toLowerCase();
  const isRemote = checkout.full.startsWith('\\\\');
  return [
    row(
      'Temporary folder',
      temporary.named,
      runs(isShort ? `It is used by its full name ${temporary.full}.` : 'It is used as it is named.'),
    ),
    row(
      'Checkout',
      checkout.named,
      isRemote
        ? refuses('A service has no network drives: put the checkout on a local disk.')
        : runs(checkout.full.includes(' ') ? 'Its path has spaces, so they are tried as well.' : 'It is on a local disk.'),
    ),
    row(
      'Free space',
      `${Math.floor(freeBytes / 1e9)} GB`,
      freeBytes < FREE_BYTES ? refuses('Two copies of the host need 2 GB: make room.') : runs('Enough for the copies of the host.'),
    ),
  ];
}

function ofHermes({ foreign, leftovers, otherRun }: MachineFacts): Check[] {
  return [
    row(
      'Another run',
      otherRun === undefined ? 'none' : `PID ${otherRun}`,
      otherRun === undefined ? runs('Nothing disturbs this one.') : refuses('Wait for its end, or end it with Ctrl+C.'),
    ),
    row(
      'Leftovers of an earlier run',
      leftovers.length === 0 ? 'none' : leftovers.join(', '),
      runs(leftovers.length === 0 ? 'Nothing is removed.' : 'They are removed first, by their recorded names.'),
    ),
    row(
      'Hermes',
      foreign.length === 0 ? 'none' : foreign.join(', '),
      foreign.length === 0 ? runs('Nothing of it is disturbed.') : refuses('The suite would disturb it: use a machine without Hermes.'),
    ),
  ];
}
