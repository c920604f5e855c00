/** What a verb has done, as its last line. Pure. */

import { en } from '../desktop/messages-en.ts';
import { PHASE_VIEWS } from '../desktop/views.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import type { Status } from '../model/status.ts';
import type { Paint } from './terminal.ts';

export type ChangingVerb = 'install' | 'uninstall' | 'start' | 'stop' | 'restart' | 'supervise';

export interface Change {
  readonly verb: ChangingVerb;
  readonly before: Status;
  readonly after: Status;
  readonly elapsedMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A longer work is shown without seconds. */
const MINUTE_MS = 60_000;

/** The verb in the past; "was …" where there was nothing to do, undefined where the gateway is not in the state that the verb is for. */
const OUTCOMES: Readonly<Record<ChangingVerb, (before: Status, after: Status) => string | undefined>> = {
  install: (before, after) => {
    if (!isUp(after)) return undefined;
    if (before.mechanism === 'none') return 'Installed';
    if (before.mechanism !== after.mechanism) return 'Replaced the mechanism of';
    return isSameGateway(before, after) ? 'was already installed and running; its registration is up to date' : 'Updated and started';
  },
  uninstall: (before, after) => {
    if (before.phase === 'not-installed') return 'was not installed; nothing was changed';
    return after.phase === 'not-installed' ? 'Removed' : undefined;
  },
  start: (before, after) => {
    if (!isUp(after)) return undefined;
    return isSameGateway(before, after) ? 'was already running' : 'Started';
  },
  stop: (before, after) => {
    if (after.phase !== 'stopped') return undefined;
    return before.phase === 'stopped' ? 'was already stopped' : 'Stopped';
  },
  restart: (before, after) => {
    if (!isUp(after) || isSameGateway(before, after)) return undefined;
    return before.gatewayPid === undefined ? 'Started' : 'Restarted';
  },
  supervise: (_, after) => (after.phase === 'stopped' ? 'Supervised' : undefined),
};

const isUp = ({ phase }: Status) => PHASE_VIEWS[phase].exit === EXIT.done;
const isSameGateway = (before: Status, after: Status) => isUp(before) && before.gatewayPid === after.gatewayPid;

/** "✓ Stopped HermesGateway (0.4 s)", "HermesGateway was already running.", or the sentence of another state. */
export function doneLine({ verb, before, after, elapsedMs, now }: Change, paint: Paint): string {
  const { service } = after;
  const outcome = OUTCOMES[verb](before, after);
  if (outcome === undefined) return `${service}: ${en.sentence(after, now)}`;
  return outcome.startsWith('was ') ? `${service} ${outcome}.` : tick(`${outcome} ${service}`, elapsedMs, paint);
}

export function tick(what: string, elapsedMs: number, paint: Paint): string {
  const took = elapsedMs < MINUTE_MS ? `${(elapsedMs / 1_000).toFixed(1)} s` : en.uptime(elapsedMs);
  return `${paint('green', '✓')} ${what} ${paint('dim', `(${took})`)}`;
}
