/** The state that the control pipe carries: changed in one place and published after every change. */

import type { RunnerPhase, RunnerState } from '../model/facts.ts';
import type { ServiceName } from '../model/identity.ts';
import type { ProblemCode } from '../model/problems.ts';

export interface Showing {
  readonly detail?: string | undefined;
  readonly restartRequested?: true | undefined;
  readonly restartWhenIdle?: true | undefined;
  readonly finishingWork?: true | undefined;
  readonly gateway?: RunnerState['gateway'];
  readonly platforms?: RunnerState['platforms'];
  readonly problem?: ProblemCode | undefined;
}

export class RunnerStatePublisher {
  #state: RunnerState;
  /** Problems that stay until the runner ends, in every phase. */
  readonly #lasting = new Set<ProblemCode>();
  #publish: () => void = () => undefined;

  constructor(service: ServiceName) {
    this.#state = { schema: 1, service, runnerPid: process.pid, phase: 'starting', since: new Date().toISOString(), problems: [] };
  }

  get state(): RunnerState {
    return this.#state;
  }

  /** Calls back after every change from now on. */
  publishBy(publish: () => void): void {
    this.#publish = publish;
  }

  show(phase: RunnerPhase, { detail, restartRequested, restartWhenIdle, finishingWork, gateway, platforms, problem }: Showing = {}): void {
    const { schema, service, runnerPid, since } = this.#state;
    this.#state = {
      schema,
      service,
      runnerPid,
      phase,
      since: phase === this.#state.phase ? since : new Date().toISOString(),
      ...(detail === undefined ? {} : { detail }),
      ...(restartRequested && { restartRequested }),
      ...(restartWhenIdle && { restartWhenIdle }),
      ...(finishingWork && { finishingWork }),
      ...(gateway && { gateway }),
      ...(platforms && { platforms }),
      problems: [...new Set([...(problem ? [problem] : []), ...this.#lasting])],
    };
    this.#publish();
  }

  /** Adds a problem that stays. */
  warn(problem: ProblemCode): void {
    if (this.#lasting.has(problem)) return;
    this.#lasting.add(problem);
    this.#state = { ...this.#state, problems: [...this.#state.problems, problem] };
    this.#publish();
  }
}
