/**
 * One gateway process from its launch to its end: captures its output, watches it for evidence and answers, and ends it as gracefully as
 * time allows. The runner decides what its end means.
 */

import type { ExitEvidence } from '../gateway/classify-exit.ts';
import { type StopEnd, stopGateway } from '../gateway/graceful-stop.ts';
import { type GatewayProcess, readGatewayState, statedReason } from '../gateway/identity-files.ts';
import { causeOf, statedCause } from '../gateway/last-output.ts';
import type { Definition } from '../model/definition.ts';
import { type ParentOf, type ProcessRef, type ProcessTable, processRef } from '../model/process-ref.ts';
import type { GatewayExit, GatewayProcessTree } from '../process/gateway-process.ts';
import type { OutputLog } from '../state/output-log.ts';
import { GatewayWatch, type Observation } from './gateway-watch.ts';
import { LastErrors } from './last-errors.ts';

/** More than one report of an error. */
const LAST_LINES = 60;
/** How long to wait for the captured output when the whole tree has ended, in milliseconds. */
const DRAIN_MS = 2_000;
/** A gateway that answers no probe is unlikely to end by itself: it gets only this long, in milliseconds. */
const SILENT_GRACE_MS = 3_000;
/** A program that goes into the background does so within this time, in milliseconds. */
const GOES_TO_BACKGROUND_MS = 10_000;

export interface GatewayLifeOptions {
  readonly definition: Definition;
  readonly tree: GatewayProcessTree;
  readonly output: OutputLog;
  readonly processes: ProcessTable;
  readonly commandLine: (pid: number) => readonly string[] | undefined;
  readonly parentOf: ParentOf;
  /** The current definition: an installation or the user may change it while the gateway runs. */
  readonly redefine: () => Promise<Definition>;
  readonly isDebugged: (pid: number) => boolean;
  readonly onObservation: (observation: Observation) => void;
  /** Called when the machine wakes up, with the length of its sleep in milliseconds. */
  readonly onSlept: (ms: number) => void;
  /** The program went into the background; the life continues with these processes. */
  readonly onBackground: (tree: GatewayProcessTree) => Promise<void>;
}

export class GatewayLife {
  /** The process that was launched, or that continues in the background; the gateway itself may be a child of it. */
  launched: ProcessRef;
  readonly startedAtMs = Date.now();
  readonly watch: GatewayWatch;
  readonly #options: GatewayLifeOptions;
  #tree: GatewayProcessTree;
  readonly #captured: Promise<unknown>;
  readonly #errors: LastErrors;
  /** When the gateway's time to end by itself is over, in milliseconds of `performance.now()`. */
  #graceEndsMs = Number.POSITIVE_INFINITY;
  #ending: Promise<StopEnd> | undefined;
  #hungMs: number | undefined;

  constructor(options: GatewayLifeOptions) {
    const { definition, tree, output, onObservation } = options;
    this.#options = options;
    this.#tree = tree;
    this.launched = processRef(tree.pid, options.processes);
    // The log takes it before the first output, because it writes in order.
    void output.mark(`gateway started, PID ${tree.pid}`);
    this.#captured = Promise.all([output.capture(tree.stdout), output.capture(tree.stderr)]);
    this.#errors = new LastErrors(tree.stderr);
    this.watch = new GatewayWatch({
      ...options,
      home: definition.home,
      launchedPid: tree.pid,
      mayKeepNoFiles: definition.gatewayCommand !== undefined,
      probeMs: definition.probeMs,
      watchdogMs: async () => {
        const { watchdog, watchdogMs } = await options.redefine().catch(() => definition);
        return watchdog ? watchdogMs : undefined;
      },
      onObservation: observation => {
        onObservation(observation);
        if (observation.hungMs !== undefined) this.#endHung(observation.hungMs);
      },
    });
  }

  get startedAt(): string {
    return new Date(this.startedAtMs).toISOString();
  }

  /** The gateway as its files prove it, else the process that was launched. */
  get gateway(): GatewayProcess {
    return this.watch.observation.gateway ?? { pid: this.launched.pid, startTime: this.launched.startTime ?? null };
  }

  /** Resolves when the gateway itself has ended; processes that it started may still run. */
  async ended(): Promise<GatewayExit> {
    let exit = await this.#tree.exited;
    for (let next = await this.#background(exit); next; next = await this.#background(exit)) exit = await this.#follow(next);
    this.watch.close();
    return exit;
  }

  /** The processes of a program that went into the background. Hermes does not do that; another program may. */
  async #background({ code }: GatewayExit): Promise<GatewayProcessTree | undefined> {
    const isQuiet = code === 0 || this.#tree !== this.#options.tree;
    const isYoung = Date.now() - this.startedAtMs < GOES_TO_BACKGROUND_MS;
    const wasAsked = this.#ending !== undefined || this.watch.marker !== undefined;
    if (!isQuiet || !isYoung || wasAsked || this.#options.definition.gatewayCommand === undefined) return undefined;
    // The gateway that is named in its files has ended: what is left of this launch is not the gateway.
    const { gateway } = this.watch.observation;
    if (gateway && !this.#options.processes.isAlive(gateway.pid)) return undefined;
    return this.#tree.background?.();
  }

  async #follow(background: GatewayProcessTree): Promise<GatewayExit> {
    this.#tree = background;
    this.launched = processRef(background.pid, this.#options.processes);
    await this.#options.onBackground(background);
    this.watch.follow(background.pid);
    // The end was requested meanwhile, and only the launched process was seen to end.
    if (this.#ending !== undefined) this.#ending = this.#end(false);
    return background.exited;
  }

  /** What the gateway that has ended says about its end, in its files and in its last lines of output. */
  async lastWords(): Promise<Pick<ExitEvidence, 'ran' | 'stated' | 'output' | 'hungMs'> & { readonly cause?: string }> {
    const { definition } = this.#options;
    const state = readGatewayState(definition.home);
    const { ran } = this.watch;
    const stated = state?.pid === this.gateway.pid ? (ran ? state.exitReason : statedReason(state)) : undefined;
    const hungMs = this.#hungMs;
    const output = await this.#options.output.lastLines(LAST_LINES);
    const cause = stated === undefined ? causeOf(this.#errors.text) : statedCause(stated);
    return {
      ran,
      ...(stated !== undefined && { stated }),
      ...(hungMs !== undefined ? { hungMs } : cause !== undefined && { cause }),
      output,
    };
  }

  /** Ends it at once, without a request. */
  async kill(): Promise<void> {
    await this.#tree.kill();
  }

  /** Ends the rest of the process tree and waits for the rest of its output. */
  async clear(): Promise<void> {
    await this.#tree.kill();
    await Promise.race([this.#captured, new Promise(resolve => setTimeout(resolve, DRAIN_MS).unref())]);
  }

  /**
   * Requests that the gateway end, and kills its tree when it does not within `graceMs`. A later call can only shorten that time.
   * `restart`: an idle gateway may restart itself.
   */
  end(graceMs: number, { restart = false } = {}): Promise<StopEnd> {
    const silent = this.watch.observation.problem === 'gateway-silent';
    const endsMs = performance.now() + (silent ? Math.min(graceMs, SILENT_GRACE_MS) : graceMs);
    this.#graceEndsMs = Math.min(this.#graceEndsMs, endsMs);
    this.#ending ??= this.#end(restart);
    return this.#ending;
  }

  /** How the gateway ended, where its end was requested. */
  get ending(): Promise<StopEnd> | undefined {
    return this.#ending;
  }

  /** Ends a gateway that hangs, where it is not ending already. */
  #endHung(hungMs: number): void {
    if (this.#ending !== undefined) return;
    this.#hungMs = hungMs;
    void this.end(SILENT_GRACE_MS);
  }

  async #end(restart: boolean): Promise<StopEnd> {
    const { definition } = this.#options;
    const tree = this.#tree;
    const { gateway } = this.watch.observation;
    const beganMs = performance.now();
    try {
      return await stopGateway(
        { home: definition.home, ...(gateway && { gateway }) },
        {
          gatewayIsGone: () => tree.exit !== undefined,
          treeIsEmpty: () => tree.isEmpty(),
          killTree: () => tree.kill(),
          ...(tree.signal && { signal: (name: 'SIGTERM') => tree.signal?.(name) }),
        },
        { gracefulMs: () => this.#graceEndsMs - beganMs, restart },
      );
    } catch {
      await tree.kill();
      return 'killed';
    }
  }
}
