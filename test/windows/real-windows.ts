// Whether the suite of the real SCM may and can run here. It installs, kills and removes services, so it runs where it was asked for, on a
// machine without a Hermes of its own; and it fails, rather than being skipped, where what it would then show were nothing.

/** Set by `npm run windows`: nobody gets services on their machine by `npm test`. */
const ASKED_FOR = 'HERMES_GATEWAY_REAL_SCM';

/** Names the installer to try, set by `npm run windows -- --installer`. */
export const INSTALLER = 'HERMES_GATEWAY_INSTALLER';

/** Why the suite is left out, for the name of what is skipped; undefined where it is to run. */
export function whyLeftOut(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (platform !== 'win32') return 'only on Windows, by "npm run windows"';
  if (env[ASKED_FOR] === undefined) return 'it installs real services, by "npm run windows"';
  return undefined;
}

export interface MachineFacts {
  readonly elevated: boolean;
  /** The session that the test runs in, and who is signed in to it; no SID where nobody is. */
  readonly session: number;
  readonly sessionUser: string | undefined;
  readonly user: string;
  /** Names of services that begin as ours do. */
  readonly services: readonly string[];
  /** Folders of a Hermes or of its gateway service that are there already. */
  readonly folders: readonly string[];
}

/** Everything that forbids the suite here, in sentences; none where it may run. */
export function objections({ elevated, session, sessionUser, user, services, folders }: MachineFacts): string[] {
  return [
    ...(elevated ? [] : ['This process has no rights of an administrator: start it from an elevated terminal.']),
    ...(session === 0 ? ['This process runs in session 0, where nobody is signed in: a gateway would wait for a sign-in for ever.'] : []),
    ...(session !== 0 && sessionUser === undefined
      ? [`Nobody is signed in to session ${session}: its user has no token for a service.`]
      : []),
    ...(sessionUser !== undefined && sessionUser !== user ? [`Session ${session} belongs to another user than this process.`] : []),
    ...services.map(name => `There is a service ${name}: this machine has a Hermes service, which the suite would disturb.`),
    ...folders.map(folder => `There is a folder ${folder}: this machine has a Hermes, which the suite would disturb.`),
  ];
}
