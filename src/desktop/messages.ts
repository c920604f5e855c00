/**
 * The texts of tray, panel and CLI: functions of the snapshot, never strings joined in a component, so that a translation can order a
 * sentence as its language does. `en` is the English catalogue.
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

/** The question before a change. */
export interface ConfirmText {
  readonly title: string;
  /** What it means for the user: what the gateway can and cannot do afterwards. */
  readonly body: string;
  /** The heading above the receipt's lines. */
  readonly changes: string;
  readonly confirm: string;
  readonly cancel: string;
  /** Shown beside the button that asks for an administrator. */
  readonly elevated?: string;
}

export interface Messages {
  /** BCP 47. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';

  /** The label of the switch, with the profile where there are several. */
  title(snapshot: Pick<Snapshot, 'profile' | 'profiles'>): string;
  /** One or two words for a phase: the tray's status line, a heading. */
  readonly phase: Readonly<Record<Phase, string>>;
  /** The sentence below the switch. `now` in epoch milliseconds. */
  sentence(status: Status, now: number): string;
  /** The sentence for screen readers, without running times, so that it is read once per change. */
  announcement(status: Status): string;
  /** At most 127 characters, the part that Windows shows. */
  tooltip(status: Status, operation?: Snapshot['operation']): string;
  /** An option of the choice of profiles; the status is that of its last snapshot, if any. */
  profileOption(profile: string, status: Status | undefined): string;
  readonly mechanism: Readonly<Record<Mechanism, string>>;
  /** What a mechanism does for the user, and what it does not. */
  readonly meaning: Readonly<Record<Mechanism, string>>;
  readonly startType: Readonly<Record<StartType, string>>;

  /** What an operation is doing: its latest step, if any. */
  operation(operation: ShownOperation): string;
  action(verb: ActionVerb, phase: Phase): string;
  /** The accessible name of an action, which mentions that Windows will ask for an administrator. */
  actionLabel(action: PhaseAction, phase: Phase): string;
  error(error: ErrorValue): Explained;
  problem(problem: Problem): Explained;

  confirm(receipt: Receipt): ConfirmText;
  /** What a line of the receipt does, without its target: "Create folder". */
  receiptWhat(entry: ReceiptEntry): string;
  /** What the target becomes; undefined where the target is enough. */
  receiptDetail(entry: ReceiptEntry): string | undefined;
  receiptLine(entry: ReceiptEntry): string;

  historyLine(record: HistoryRecord): string;
  lastExit(exit: LastExit, now: number): string;
  restarts(status: Status, now: number): string;
  ladderDot(dot: LadderDot): string;
  ladder(status: Status): string;
  /** A duration without seconds. */
  uptime(ms: number): string;
  time(iso: string, now: number): string;
  pid(pid: number): string;
  /** How many lines of the log pass the filter. */
  logCount(shown: number, all: number): string;

  /** Shown until the first snapshot arrives. */
  readonly asking: string;
  /** The main process has a newer schema. */
  readonly outdated: string;
  readonly update: UpdateMessages;
  readonly details: Readonly<Record<DetailLabel, string>>;
}

type DetailLabel =
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
  | 'repaired';

/** Every text of one language: those of the panel, and those of the desktop shell around it. */
export interface Catalogue {
  readonly messages: Messages;
  readonly shell: ShellMessages;
}
