/**
 * The acceptance criteria, word for word, and what shows each of them where. A proof is a test that says so (`itProves`); its result is
 * the result of that run, never of another one. A proof without a test is not shown yet.
 */

type Where = 'embedded' | 'Wine (rebuilt SCM)' | 'Wine 10' | 'Windows only';

export interface Proof {
  readonly where: Where;
  /** The name of the test, too. The embedded mechanism shows its own counterpart: a supervisor stands where the SCM is. */
  readonly shows: string;
  /** The test file, from the project's folder. */
  readonly test?: string;
}

export interface Criterion {
  readonly sentence: string;
  readonly proofs: Readonly<Record<string, Proof>>;
}

const EMBEDDED = 'test/acceptance/embedded.test.ts';
const WINE = 'test/wine/acceptance.test.ts';
const ELEVATION = 'test/wine/elevation.test.ts';
const WINDOWS = 'test/windows/acceptance.test.ts';
const INSTALLER = 'test/windows/installer.test.ts';

export const CRITERIA = [
  {
    sentence: "kill the gateway's PID and SCM has it back in about 2 s",
    proofs: {
      'respawn-embedded': { where: 'embedded', shows: 'the supervisor has a killed gateway back, and never two', test: EMBEDDED },
      'respawn-wine': {
        where: 'Wine (rebuilt SCM)',
        shows: 'the SCM has a killed gateway back by the failure actions, and never two',
        test: WINE,
      },
      'respawn-windows': { where: 'Windows only', shows: 'the SCM has a killed gateway back within 2 s, and never two', test: WINDOWS },
      'ladder-windows': { where: 'Windows only', shows: 'the SCM climbs the ladder, as the event log tells it', test: WINDOWS },
    },
  },
  {
    sentence: 'no console window, ever',
    proofs: {
      'console-windows': {
        where: 'Windows only',
        shows: 'nothing of ours or of the gateway shows a window, from installation to update',
        test: WINDOWS,
      },
    },
  },
  {
    sentence: 'no second UAC prompt',
    proofs: {
      'rights-windows': {
        where: 'Windows only',
        shows: 'without rights of an administrator its owner may start, stop and query the service, and not change it',
        test: WINDOWS,
      },
      'consent-windows': { where: 'Windows only', shows: 'an ordinary user is asked once, and never again' },
    },
  },
  {
    sentence: 'no gateway ever lost to an update',
    proofs: {
      'update-embedded': { where: 'embedded', shows: 'the gateway is down while the update runs, and up after it', test: EMBEDDED },
      'update-failed-embedded': { where: 'embedded', shows: 'the gateway is up again after an update that fails', test: EMBEDDED },
      'update-killed-embedded': { where: 'embedded', shows: 'the gateway is up again after an updater that was killed', test: EMBEDDED },
      'update-wine': { where: 'Wine (rebuilt SCM)', shows: 'the gateway is down while the update runs, and up after it', test: WINE },
      'update-killed-wine': { where: 'Wine (rebuilt SCM)', shows: 'the gateway is up again after an updater that was killed', test: WINE },
      'held-wine': { where: 'Wine (rebuilt SCM)', shows: 'a restart that is queued when an update begins is held', test: WINE },
      'update-windows': { where: 'Windows only', shows: 'the gateway is down while the update runs, and up after it', test: WINDOWS },
      'update-killed-windows': { where: 'Windows only', shows: 'the gateway is up again after an updater that was killed', test: WINDOWS },
      'held-windows': { where: 'Windows only', shows: 'a restart that is queued when an update begins is held', test: WINDOWS },
      'update-app-windows': { where: 'Windows only', shows: 'the gateway outlives an update of the app by its installer', test: INSTALLER },
    },
  },
  {
    sentence:
      'a **Run gateway as service** switch that elevates once through sudo-prompt, registers a real Windows service (`HermesGateway`, `HermesGateway-<profile>`) with SCM recovery actions (1,2,4,9,16,25,36,49,64 s, reset 60 s)',
    proofs: {
      'switch-wine': {
        where: 'Wine (rebuilt SCM)',
        shows: 'the service and its recovery actions are registered, and read back',
        test: WINE,
      },
      'profile-wine': { where: 'Wine (rebuilt SCM)', shows: 'a named profile has a service of its own name, with the same', test: WINE },
      'limited-wine10': {
        where: 'Wine 10',
        shows: 'a program has the limited token of an administrator, and is refused the installation until it has the full one',
        test: ELEVATION,
      },
      'sudo-prompt-wine10': {
        where: 'Wine 10',
        shows: 'a limited program switches on and off through sudo-prompt and the elevated step (PowerShell is a stand-in)',
        test: ELEVATION,
      },
      'run-as-wine10': {
        where: 'Wine 10',
        shows: "a limited program switches on and off through the shell's runas and the elevated step",
        test: ELEVATION,
      },
      'registered-windows': {
        where: 'Windows only',
        shows: 'the service and its recovery actions are registered, and read back',
        test: WINDOWS,
      },
      'profile-windows': { where: 'Windows only', shows: 'a named profile has a service of its own name, with the same', test: WINDOWS },
      'remove-app-windows': { where: 'Windows only', shows: 'the app is removed, and nothing of the service is left', test: INSTALLER },
      'uninstall-windows': { where: 'Windows only', shows: 'switched off, nothing of it is left', test: WINDOWS },
      'switch-windows': { where: 'Windows only', shows: 'the switch asks for consent once' },
    },
  },
  {
    sentence: 'falls back to a sign-in start for users without administrator rights',
    proofs: {
      'sign-in-wine': {
        where: 'Wine (rebuilt SCM)',
        shows: 'the entry in the Startup folder has the gateway back after a power cut, from a program in the state folder of the owner',
        test: 'test/wine/startup-manager.test.ts',
      },
      'fallback-windows': {
        where: 'Windows only',
        shows: 'the sign-in start keeps the gateway alive, has its entry in the Startup folder, and leaves nothing',
        test: WINDOWS,
      },
      'sign-in-windows': { where: 'Windows only', shows: 'a user without administrator rights has the gateway after the next sign-in' },
    },
  },
  {
    sentence: 'alive before anybody signs in, where its owner has chosen that',
    proofs: {
      'before-sign-in-wine': {
        where: 'Wine (rebuilt SCM)',
        shows:
          'the gateway runs from the start of Windows on, moves to the session at the sign-in, and back at the sign-out (sessions and logon are stand-ins)',
        test: 'test/wine/before-sign-in.test.ts',
      },
      'before-sign-in-token-windows': {
        where: 'Windows only',
        shows: 'the token without a password is that of the owner, and has no right that the one of the session lacks',
        test: 'test/windows/before-sign-in.test.ts',
      },
      'before-sign-in-windows': { where: 'Windows only', shows: 'the gateway answers while nobody is signed in' },
    },
  },
] as const satisfies readonly Criterion[];

type KeysOfEach<T> = T extends unknown ? keyof T & string : never;

export type ProofId = KeysOfEach<(typeof CRITERIA)[number]['proofs']>;

const PROOFS: ReadonlyMap<string, Proof> = new Map(CRITERIA.flatMap(({ proofs }) => Object.entries<Proof>(proofs)));

export function proofOf(id: ProofId): Proof {
  const proof = PROOFS.get(id);
  if (!proof) throw new RangeError(`no proof is called ${id}`);
  return proof;
}
