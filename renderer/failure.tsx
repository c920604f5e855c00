/** Why something failed, with what helps, until it is dismissed, contradicted by the phase, or tried again. */

import type { ShownError, Snapshot, SwitchChoice } from '../src/desktop/store.ts';
import { can, canRetry, isQuiet, type Observed, offersSignIn } from '../src/desktop/views.ts';
import type { ActionTargets } from './action-button.tsx';
import { CopyDetails } from './copy-details.tsx';

interface FailureProps extends ActionTargets {
  readonly error: ShownError;
  readonly observed: Observed | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly versions: Readonly<Record<string, string>>;
  /** Shows first what turning on or off changes. */
  readonly askSwitch: (on: boolean, choice?: SwitchChoice) => void;
  /** A preview is being requested. */
  readonly busy: boolean;
}

/** What the user decided is no failure, so it is shown without an alert. */
export function Failure({ error, observed, snapshot, versions, askSwitch, busy, ...targets }: FailureProps) {
  const { store, messages, components, onShowLog } = targets;
  const { Button } = components;
  const { message, remedy } = messages.error(error);
  const quiet = isQuiet(error);
  const retry = () => {
    const { verb } = error;
    if (verb === 'install' || verb === 'uninstall') askSwitch(verb === 'install');
    else if (verb === 'repair') targets.askRepair();
    else if (verb === 'restart') void targets.askRestart();
    else if (verb === 'start' || verb === 'stop') void store[verb]();
  };
  return (
    <div className="hgs-failure" data-quiet={quiet || undefined}>
      <div role={quiet ? 'status' : 'alert'}>
        <p>{message}</p>
        <p className="hgs-remedy">{remedy}</p>
      </div>
      {observed && canRetry(error, observed) && (
        <Button disabled={busy} onClick={retry}>
          {messages.action('refresh', observed.status.phase)}
        </Button>
      )}
      {snapshot && offersSignIn(snapshot, error) && (
        <Button disabled={busy} onClick={() => askSwitch(true, { mechanism: 'startup' })}>
          {messages.details.signIn}
        </Button>
      )}
      {!quiet && observed && can('showLog', observed) && (
        <Button onClick={onShowLog}>{messages.action('showLog', observed.status.phase)}</Button>
      )}
      {!quiet && snapshot && <CopyDetails {...targets} snapshot={snapshot} versions={versions} />}
      <Button variant="quiet" onClick={() => void store.dismiss()}>
        {messages.update.dismiss}
      </Button>
    </div>
  );
}
