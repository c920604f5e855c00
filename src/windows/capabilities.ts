/** What this Windows lacks, queried and not assumed: an old Windows, a Server Core and Wine each lack something. `doctor` shows it. */

import type { ServiceName } from '../model/identity.ts';
import { declare, isExported } from './library.ts';
import { canTellStartReason } from './service-host.ts';
import { readInstalled, unknownSettings } from './service-install.ts';
import { hasSessionList } from './session.ts';

const ntdll = declare('ntdll.dll', { wine_get_version: ['str'] });

/** Queries the system. Wine's version, where there is one, is for readers of a report; no decision depends on it. */
export const probeCapabilities = () => ({
  wine: isExported('ntdll.dll', 'wine_get_version') ? ntdll.wine_get_version().result : undefined,
  startReason: canTellStartReason(),
  sessionList: hasSessionList(),
});

const SETTINGS: Readonly<Record<ReturnType<typeof unknownSettings>[number], string>> = {
  description: 'its description',
  recovery: 'its failure actions',
  failuresWithoutCrash: 'that a failure which it reports counts, too',
  delayedStart: 'whether its automatic start is delayed',
  serviceSid: 'a SID of its own',
  requiredPrivileges: 'the privileges that it is reduced to',
  preshutdownTimeoutMs: 'how long it may take when Windows shuts down',
  security: 'who may start and stop it',
};

/** What this system lacks for a service, in plain sentences; of the service itself only where it is installed. Every user may call it. */
export function lacking(service: ServiceName): readonly string[] {
  const { wine, startReason, sessionList } = probeCapabilities();
  const here = wine === undefined ? 'This Windows' : `Wine ${wine}`;
  const installed = readInstalled(service);
  return [
    ...(startReason ? [] : [`${here} does not say why it starts a service; the service tells it from what it did last.`]),
    ...(sessionList ? [] : [`${here} does not list its sessions; the service knows the one at the console only.`]),
    ...(installed ? unknownSettings(installed).map(name => `${here} does not keep of a service ${SETTINGS[name]}.`) : []),
  ];
}
