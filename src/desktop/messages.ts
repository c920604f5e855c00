/**
 * The catalogue of everything that tray, panel and CLI say to a person: functions of the document, never strings put together in a
 * component, so that a translation may order a sentence as its language does. `en` is the English one.
 */

import type { ErrorValue } from '../model/errors.ts';
import type { HistoryRecord } from '../model/history.ts';
import type { Problem } from '../model/problems.ts';
import type { Receipt, ReceiptEntry } from '../model/receipt.ts';
import type { LastExit, Mechanism, Phase, StartType, Status } from '../model/status.ts';
import type { Snapshot } from './ipc.ts';
import type { Explained, UpdateMessages } from './messages-update.ts';
import type { ShellMessages } from './shell-messages.ts';
import type { ShownOperation } from './store.ts';
import type { ActionVerb, LadderDot, PhaseAction } from './views.ts';

/** What is shown before a switch changes anything. */
export interface ConfirmText {
  readonly title: string;
  /** What it means for the person: what the gateway can and cannot do afterwards. */
  readonly body: string;
  /** The heading above the receipt's lines. */
  readonly changes: string;
  readonly confirm: string;
  readonly cancel: string;
  /** Said beside the button that asks for an administrator. */
  readonly elevated?: string;
}

export interface Messages {
  /** BCP 47. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';

  /** The label of the switch; names the profile where there are several. */
  title(snapshot: Pick<Snapshot, 'profile' | 'profiles'>): string;
  /** One or two words for a phase: the tray's status line, a heading. */
  readonly phase: Readonly<Record<Phase, string>>;
  /** The one sentence that says what a person wants to know. `now` in epoch milliseconds. */
  sentence(status: Status, now: number): string;
  /** The same for screen readers, without anything that changes by itself, so that it is read once. */
  announcement(status: Status): string;
  /** At most 127 characters, which is what Windows shows of a tray tooltip. */
  tooltip(status: Status, operation?: Snapshot['operation']): string;
  /** An entry of the choice of profiles; the status is that of its last snapshot, where one came. */
  profileOption(profile: string, status: Status | undefined): string;
  readonly mechanism: Readonly<Record<Mechanism, string>>;
  /** What a mechanism does for a person, and what it does not. */
  readonly meaning: Readonly<Record<Mechanism, string>>;
  readonly startType: Readonly<Record<StartType, string>>;

  /** What an operation is doing: its latest step, where one began. */
  operation(operation: ShownOperation): string;
  action(verb: ActionVerb, phase: Phase): string;
  /** The accessible name of an action: it says when Windows will ask for an administrator. */
  actionLabel(action: PhaseAction, phase: Phase): string;
  error(error: ErrorValue): Explained;
  problem(problem: Problem): Explained;

  confirm(receipt: Receipt): ConfirmText;
  /** What a line of the receipt does, without its target: "Create folder". */
  receiptWhat(entry: ReceiptEntry): string;
  /** What it becomes; undefined where the target says it all. */
  receiptDetail(entry: ReceiptEntry): string | undefined;
  receiptLine(entry: ReceiptEntry): string;

  historyLine(record: HistoryRecord): string;
  lastExit(exit: LastExit, now: number): string;
  restarts(status: Status, now: number): string;
  ladderDot(dot: LadderDot): string;
  ladder(status: Status): string;
  duration(ms: number): string;
  /** A duration that nobody counts by the second. */
  uptime(ms: number): string;
  time(iso: string, now: number): string;
  pid(pid: number): string;
  /** How many lines of the log pass the filter. */
  logCount(shown: number, all: number): string;

  /** While nothing is known yet. */
  readonly asking: string;
  /** The other side speaks a newer schema. */
  readonly outdated: string;
  readonly update: UpdateMessages;
  readonly details: Readonly<Record<DetailLabel, string>>;
}

export type DetailLabel =
  | 'open'
  | 'mechanism'
  | 'meaning'
  | 'signIn'
  | 'asService'
  | 'asServiceLabel'
  | 'service'
  | 'profile'
  | 'started'
  | 'uptime'
  | 'gatewayPid'
  | 'servicePid'
  | 'startType'
  | 'session'
  | 'lastExit'
  | 'restarts'
  | 'ladder'
  | 'ladderSeconds'
  | 'history'
  | 'noHistory'
  | 'problems'
  | 'log'
  | 'noLog'
  | 'logPath'
  | 'refreshLog'
  | 'filterLog'
  | 'noMatch'
  | 'reveal'
  | 'copy'
  | 'copied'
  | 'copyFailed'
  | 'detail'
  | 'actions'
  | 'repaired';

/** Every text of one language: those of the panel, and those of the desktop shell around it. */
export interface Catalogue {
  readonly messages: Messages;
  readonly shell: ShellMessages;
}
