/** The messaging platforms of a gateway that runs. */

import type { PlatformStatus } from './status.ts';

/** Hermes' states of a platform that receives no messages. `paused` is a choice of the user, and `connecting` is not the last word. */
const DOWN: ReadonlySet<string> = new Set(['retrying', 'fatal', 'disconnected', 'error']);

export const isDown = ({ state }: PlatformStatus): boolean => DOWN.has(state);
