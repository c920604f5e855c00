/** The types of what main process, preload and page exchange: a host app can name every type that a signature of the package names. */

export type { AgentWork } from '../model/agent-work.ts';
export type { BeforeSignIn, ShownBeforeSignIn } from '../model/before-sign-in.ts';
export type { ExitCode } from '../model/cli-exit-codes.ts';
export type { ErrorCode } from '../model/error-table.ts';
export type { ErrorValue } from '../model/errors.ts';
export type { EndedRecord, HistoryRecord, StartedRecord } from '../model/history.ts';
export type { ServiceName } from '../model/identity.ts';
export type { KnownEnd } from '../model/known-end.ts';
export type { RecoveryLadder } from '../model/ladder.ts';
export type { Operation, OperationStep } from '../model/operation-steps.ts';
export type { Policy } from '../model/policy.ts';
export type { Problem, ProblemAction, ProblemCode, ProblemRow, Severity } from '../model/problems.ts';
export type { Receipt, ReceiptNote, ReceiptNotes, ReceiptRow } from '../model/receipt.ts';
export type {
  AutomaticSignIn,
  Crashes,
  Desired,
  Installable,
  LastExit,
  Mechanism,
  Phase,
  PlatformStatus,
  Restarts,
  StartType,
  Status,
} from '../model/status.ts';
export type { Crash, Span, SpanState, Timeline } from '../model/timeline.ts';
export type { PlannedGateway, UpdateOutcome, UpdateStep, UpdateVersions } from '../update/update-shape.ts';
export type {
  GatewayServiceBridge,
  LogTail,
  Replies,
  Reply,
  ReplyOf,
  RequestOf,
  Requests,
  Show,
  ShownUpdate,
  Snapshot,
  UpdateEnd,
  Verb,
  VerbMethods,
  Versions,
} from './ipc.ts';
export type { Explained } from './messages-en-failures.ts';
export type { ShownError } from './shown-error.ts';
