/** What a test says to the main process that it plays: the shape shared by the page's fake (`fixture/fake-bridge.ts`) and the tests. */

import type { LogTail, Show, Snapshot, Verb } from '../../src/desktop/ipc.ts';
import type { AgentWork, Receipt } from '../../src/desktop/store.ts';
import type { ErrorValue } from '../../src/model/errors.ts';

export interface FakeMain {
  snapshot: Snapshot;
  receipts: Readonly<Record<Receipt['verb'], Receipt>>;
  log: LogTail;
  /** What the agent is at work on. */
  work?: AgentWork;
  /** Verbs in the order in which they were asked, with what was sent. */
  readonly calls: { readonly verb: Verb; readonly payload: unknown }[];
  /** Listeners now. */
  readonly listening: number;
  /** From now on these verbs wait for `answer` or `refuse`. */
  readonly held: Verb[];
  /** The last pushed ones, by profile. */
  readonly known: Record<string, Snapshot>;
  push(snapshot: Snapshot, show?: Show): void;
  /** The gateway prints this; who follows the log is answered. */
  print(line: string): void;
  /** Answers the oldest held request. */
  answer(value: unknown): void;
  /** With the id of an earlier failure, or a new one. */
  refuse(error: ErrorValue & { readonly id?: string }): void;
}
