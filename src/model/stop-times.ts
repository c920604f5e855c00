/** How long a stop may take. Hermes finishes the work of its agent first: its own limit for that is 30 s. */

/** A request of the user: the user sees what is waited for, and can end the wait. In milliseconds. */
export const USER_GRACE_MS = 45_000;
/** A stop of the service: Hermes' updater fails when a process of the service still runs after 30 s. In milliseconds. */
export const HOST_GRACE_MS = 24_000;
/** From the end of the grace until no process is left, in milliseconds. */
export const KILL_MS = 4_000;
