/** What registering or removing a service changes on the machine, as a receipt shows it. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { EVENT_SOURCE } from '../model/events.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import { commandLine } from '../windows/argv.ts';
import { serviceKey } from '../windows/scm.ts';
import { serviceDisplayName } from '../windows/service-install.ts';
import { APPS_LIST_KEY } from './apps-list.ts';
import { brokerCommand, ourServices } from './service-registration.ts';

/** @param exists whether the service is registered already */
export function serviceReceipt({ service, serviceId }: GatewayIdentity, hostCommand: readonly string[], exists: boolean): ReceiptRow[] {
  const { program, args } = brokerCommand(hostCommand, service);
  const action = exists ? 'change' : 'create';
  return [
    { action, kind: 'service', target: service, ...noted('service', serviceDisplayName(serviceId), commandLine(program, args)) },
    { action, kind: 'registry', target: `${serviceKey(service)}\\Parameters`, ...noted('owner') },
    ...programReceipt(hostCommand),
    { action, kind: 'right', target: service, ...noted('rights') },
    { action: 'create', kind: 'registry', target: `the source "${EVENT_SOURCE}" of the Windows event log` },
    { action: 'start', kind: 'service', target: service },
  ];
}

export function serviceRemovalReceipt({ service }: GatewayIdentity, hostCommand: readonly string[]): ReceiptRow[] {
  const isLast = ourServices().length === 1;
  return [
    { action: 'stop', kind: 'service', target: service },
    { action: 'remove', kind: 'service', target: service },
    { action: 'remove', kind: 'registry', target: serviceKey(service) },
    ...(isLast ? programReceipt(hostCommand, 'remove') : []),
  ];
}

/** The copy of an executable, and its row in Windows' list of apps; the script of development has neither. */
function programReceipt([program = '', script]: readonly string[], removal?: 'remove'): ReceiptRow[] {
  if (script !== undefined) return [];
  const folder = path.win32.dirname(program);
  const action = removal ?? (existsSync(folder) ? 'keep' : 'create');
  return [
    { action, kind: 'folder', target: folder },
    { action, kind: 'registry', target: APPS_LIST_KEY },
  ];
}
