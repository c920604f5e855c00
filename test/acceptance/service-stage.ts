// A Windows with the service on it, as the acceptance criteria need it: below Wine (test/wine) or a real one (test/windows).

import type { HistoryRecord } from '../../src/model/history.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';

/** How a Windows program ended. */
export interface StageRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A failure of the service as the SCM counts it. */
export interface ServiceFailure {
  /** How often it has failed since the count began. */
  readonly failure: number;
  /** The delay of the ladder that the SCM chose. */
  readonly restartInMs: number;
}

export interface ServiceStage {
  /** Who starts a failed service again, for the figures. */
  readonly scm: string;
  /** The gateway that the present test is about. */
  readonly of: GatewayIdentity;
  /** Windows Node and this project's command line, each as an argv. */
  readonly node: string;
  readonly program: readonly string[];
  /** A folder on this Windows that the suite may fill. */
  readonly folder: string;
  /** The home of Hermes that the service without a suffix is for. */
  readonly standardHome: string;
  /** The argv of the sample gateway, with switches of its README. */
  sampleGateway(...switches: readonly string[]): string[];
  /** Makes a home of its own, with no service yet. */
  fresh(home?: string): Promise<void>;
  install(gatewayCommand: readonly string[]): Promise<Status>;
  status(): Promise<Status>;
  history(): Promise<readonly HistoryRecord[]>;
  /** Runs a program to its end. */
  run(argv: readonly string[]): Promise<StageRun>;
  write(file: string, text: string): void;
  /** '' while there is no such file. */
  read(file: string): string;
  kill(pid: number): Promise<void>;
  /** Living gateways of ours. */
  gateways(): Promise<readonly number[]> | readonly number[];
  /** Counts them until it is stopped. */
  census(): { readonly most: number; stop(): number };
  /** Of the present test's service, oldest first. */
  failures(): Promise<readonly ServiceFailure[]>;
  /** The values of the service's key. */
  serviceKey(name: string): Promise<Record<string, unknown> | undefined>;
}

/** A start of Windows Node on a busy machine, and what it then does. */
const FACT_MS = 60_000;

/** Waits for a fact on the stage. */
export const until = <T>(what: string, look: () => T | Promise<T>, deadlineMs = FACT_MS) => poll(look, { what, deadlineMs });

/** The status as soon as another gateway runs than the one of `before`. */
export function another(stage: ServiceStage, before: Status): Promise<Status> {
  return until('another gateway to run', async () => {
    const now = await stage.status();
    return now.phase === 'running' && now.startedAt !== before.startedAt && now;
  });
}
