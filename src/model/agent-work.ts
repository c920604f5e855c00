/** The work in progress of a gateway that runs. */

export interface AgentWork {
  /** Agents and jobs at work. */
  readonly active: number;
  /** All of its work is counted. Hermes does not count the runs of a connected API server. */
  readonly isComplete: boolean;
}

/** Whether it certainly has no work in progress. */
export const isIdle = ({ active, isComplete }: AgentWork): boolean => isComplete && active === 0;
