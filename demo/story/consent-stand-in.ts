/**
 * A stand-in for the UAC dialog: where it is required, the switch of a trial waits for an answer as the app waits for Windows. Nothing is
 * elevated; it shows how the panel handles "yes", "no" and no answer.
 */

import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayManager, InstallOptions } from '../../src/model/manager.ts';
import { type Operation, progress, type Report } from '../../src/model/operation-steps.ts';

export type ConsentAnswer = 'yes' | 'no' | 'cancelled' | 'never';

export interface ConsentState {
  /** Whether the next installation or removal asks for consent. */
  readonly required: boolean;
  /** Whether the question is shown now. */
  readonly asking: boolean;
}

/** How long an operation waits for an unanswered question, in milliseconds. Windows waits two minutes. */
const UNANSWERED_MS = 5_000;

export class ConsentStandIn {
  readonly #unansweredMs: number;
  readonly #listeners = new Set<(state: ConsentState) => void>();
  #required = false;
  #question: ((answer: ConsentAnswer) => void) | undefined;

  constructor({ unansweredMs = UNANSWERED_MS }: { readonly unansweredMs?: number } = {}) {
    this.#unansweredMs = unansweredMs;
  }

  get state(): ConsentState {
    return { required: this.#required, asking: this.#question !== undefined };
  }

  require(required: boolean): void {
    this.#required = required;
    this.#notify();
  }

  /** Answers the open question, if there is one. */
  answer(answer: ConsentAnswer): void {
    this.#question?.(answer);
  }

  /** Calls back at once and after every change. Returns a function that unsubscribes. */
  onChanged(listener: (state: ConsentState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when consent is given. @throws GatewayServiceError `consent-declined`, `consent-cancelled`, or `consent-unanswered` */
  async ask(operation: Operation, report?: Report): Promise<void> {
    if (!this.#required) return;
    report?.(progress(operation, 'consent'));
    const answer = await new Promise<ConsentAnswer>(resolve => {
      this.#question = resolve;
      this.#notify();
    });
    this.#question = undefined;
    this.#notify();
    if (answer === 'no') throw new GatewayServiceError('consent-declined');
    if (answer === 'cancelled') throw new GatewayServiceError('consent-cancelled');
    if (answer === 'yes') return;
    await new Promise(resolve => setTimeout(resolve, this.#unansweredMs));
    throw new GatewayServiceError('consent-unanswered');
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener(this.state);
  }
}

/**
 * Wraps a manager so that installation and removal ask for consent where that is required, and list it in their receipts. @param
 * installOptions of every installation
 */
export function askingManager(manager: GatewayManager, consent: ConsentStandIn, installOptions: InstallOptions = {}): GatewayManager {
  return {
    mechanisms: manager.mechanisms,
    async preview(verb, identity, options) {
      const receipt = await manager.preview(verb, identity, { ...installOptions, ...options });
      return { ...receipt, elevated: receipt.elevated || consent.state.required };
    },
    async install(identity, options, report) {
      await consent.ask('install', report);
      return manager.install(identity, { ...installOptions, ...options }, report);
    },
    async uninstall(identity, report, options) {
      await consent.ask('uninstall', report);
      return manager.uninstall(identity, report, options);
    },
    examine: identity => manager.examine(identity),
    repair: (identity, report) => manager.repair(identity, report),
    start: (identity, report) => manager.start(identity, report),
    stop: (identity, report, options) => manager.stop(identity, report, options),
    setWatchdog: (identity, on) => manager.setWatchdog(identity, on),
    cancelConsent: async () => consent.answer('cancelled'),
    stopNow: identity => manager.stopNow(identity),
    restart: (identity, report, options) => manager.restart(identity, report, options),
    cancelRestart: identity => manager.cancelRestart(identity),
    agentWork: identity => manager.agentWork(identity),
    testRecovery: (identity, report) => manager.testRecovery(identity, report),
    hold: (identity, why, report) => manager.hold(identity, why, report),
    status: identity => manager.status(identity),
    history: identity => manager.history(identity),
    watch: (identity, listener) => manager.watch(identity, listener),
    logPath: identity => manager.logPath(identity),
  };
}
