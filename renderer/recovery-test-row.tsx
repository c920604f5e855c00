/** Ends the gateway on request, and shows how soon the next one ran. */

import { useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceState, GatewayServiceStore, Snapshot } from '../src/desktop/store.ts';
import { Choice } from './choice.tsx';
import type { PanelComponents } from './components.ts';

interface RecoveryTestRowProps {
  readonly snapshot: Snapshot;
  readonly state: GatewayServiceState;
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
}

export function RecoveryTestRow({ snapshot: { status, recoveryMs }, state, store, messages, components }: RecoveryTestRowProps) {
  const { details, restartQuestion } = messages;
  const [asking, setAsking] = useState(false);
  if (status.mechanism === 'none') return null;
  const isReady = status.phase === 'running' && state.operation === undefined;
  return (
    <div>
      <components.Row
        title={<span>{details.recovery}</span>}
        description={
          <p className="hgs-muted" role="status">
            {recoveryMs === undefined ? details.recoveryText : messages.recovered(recoveryMs)}
          </p>
        }
        controls={
          <components.Button disabled={!isReady} onClick={() => setAsking(true)}>
            {details.testRecovery}
          </components.Button>
        }
      />
      {asking && isReady && (
        <Choice
          text={details.testRecoveryText}
          answers={[
            [details.testNow, () => void store.testRecovery()],
            [restartQuestion.cancel, () => undefined],
          ]}
          components={components}
          onEnd={() => setAsking(false)}
        />
      )}
    </div>
  );
}
