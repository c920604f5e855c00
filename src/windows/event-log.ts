/**
 * The event log of Windows, where an administrator looks first. A source is registered once, with rights; reporting needs none. The message
 * file is EventCreate.exe, which every Windows has: its messages contain only the reported text.
 * Sources: RegisterEventSourceW, ReportEventW, "Event Sources" (Microsoft Learn).
 */
import { attempt } from '../model/attempt.ts';
import { EVENT_SOURCE, EVENTS, type EventName } from '../model/events.ts';
import { checkCall } from './errors.ts';
import { opened, using } from './handle.ts';
import { declare } from './library.ts';
import { deleteKey, readValue, writeValues } from './registry.ts';
import { BOOL, DWORD, HANDLE, POINTER, pointerTo, WIDE } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  RegisterEventSourceW: [POINTER, WIDE, WIDE],
  DeregisterEventSource: [BOOL, HANDLE],
  ReportEventW: [BOOL, HANDLE, 'uint16', 'uint16', DWORD, POINTER, 'uint16', DWORD, pointerTo(WIDE), POINTER],
});

/** winnt.h: EVENTLOG_ERROR_TYPE and similar. */
const TYPES = { error: 1, warning: 2, information: 4 } as const;
const ALL_TYPES = 7;
export const EVENT_SOURCE_KEY = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${EVENT_SOURCE}` as const;

/** Registers the source. Needs an administrator; Windows shows records of an unregistered source without their text. */
export function registerEventSource(): void {
  writeValues(EVENT_SOURCE_KEY, {
    EventMessageFile: { expand: '%SystemRoot%\\System32\\EventCreate.exe' },
    TypesSupported: ALL_TYPES,
    CustomSource: 1,
  });
}

/** Every user may call it. */
export function isEventSourceRegistered(): boolean {
  return readValue(EVENT_SOURCE_KEY, 'EventMessageFile') !== undefined;
}

/** Removes the source; its records stay. Needs an administrator. */
export function unregisterEventSource(): void {
  deleteKey(EVENT_SOURCE_KEY);
}

/** Writes a record. `detail` (a name, a code, a reason) follows the sentence of the table. No secrets: every user may read the log. */
export function reportEvent(name: EventName, detail: string): void {
  const { id, type, message } = EVENTS[name];
  using(opened(advapi32.RegisterEventSourceW(null, EVENT_SOURCE)), advapi32.DeregisterEventSource, source => {
    checkCall(advapi32.ReportEventW(source, TYPES[type], 0, id, null, 1, 0, [`${message} ${detail}`], null), id);
  });
}

/** The same, but never throws: the event log may be unavailable while Windows starts or shuts down. */
export function noteEvent(name: EventName, detail: string): void {
  attempt(() => reportEvent(name, detail));
}
