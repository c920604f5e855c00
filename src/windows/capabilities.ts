/**
 * What this Windows has and lacks, asked and not assumed: an old Windows, a Server Core and Wine each lack something, and what is lacking
 * must be told as lacking. Settings of a service that the SCM does not know are told by installService itself.
 */
import { declare, isExported } from './library.ts';
import { canTellStartReason } from './service-host.ts';
import { hasSessionList } from './session.ts';

const wine_get_version = declare<[], string>('ntdll.dll', 'wine_get_version', 'str', []);

export interface Capabilities {
  /** Wine's version where this is Wine. For people who read a report; nothing is decided by it. */
  readonly wine?: string;
  /** Whether a service can learn why it was started (Windows 8 and later). */
  readonly startReason: boolean;
  /** Whether the sessions of the machine are listed, so that the session of an owner can be found among several. */
  readonly sessionList: boolean;
}

/** Asks the system. */
export function probeCapabilities(): Capabilities {
  return {
    ...(isExported('ntdll.dll', 'wine_get_version') ? { wine: wine_get_version().result } : {}),
    startReason: canTellStartReason(),
    sessionList: hasSessionList(),
  };
}
