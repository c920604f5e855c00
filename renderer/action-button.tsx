/** A button for one of the actions beside the switch. */

import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceStore, Status } from '../src/desktop/store.ts';
import type { PhaseAction } from '../src/desktop/views.ts';
import type { PanelComponents } from './components.ts';

export interface ActionTargets {
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  /** Asks first what becomes of the work in progress. */
  readonly askRestart: () => Promise<void>;
  /** Shows first what a repair changes. */
  readonly askRepair: () => void;
  /** Shows the log at the end of the gateway. */
  readonly onShowLog: () => void;
}

interface ActionButtonProps extends ActionTargets {
  readonly action: PhaseAction;
  readonly phase: Status['phase'];
  readonly disabled?: boolean;
}

export function ActionButton({ action, phase, disabled = false, store, messages, components, ...own }: ActionButtonProps) {
  const { verb, elevated } = action;
  const label = messages.action(verb, phase);
  const act =
    verb === 'restart' ? own.askRestart : verb === 'repair' ? own.askRepair : verb === 'showLog' ? own.onShowLog : () => void store[verb]();
  return (
    <components.Button label={messages.actionLabel(action, phase)} elevated={elevated} disabled={disabled} onClick={act}>
      {/* A new element for a new label: the same element would count as a layout shift. */}
      <span key={label}>{label}</span>
    </components.Button>
  );
}
