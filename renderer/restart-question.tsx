/** What becomes of the work in progress: asked before a restart, and shown while a restart waits for it. */

import { useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { AgentWork, GatewayServiceStore } from '../src/desktop/store.ts';
import { can, type Observed } from '../src/desktop/views.ts';
import { Choice } from './choice.tsx';
import type { PanelComponents } from './components.ts';

interface Asked {
  readonly profile: string | undefined;
  readonly work: AgentWork;
}

export function useRestart(store: GatewayServiceStore) {
  const [asked, setAsked] = useState<Asked>();
  const selected = () => store.get().snapshot?.profile;
  return {
    asked,
    closeRestart: () => setAsked(undefined),
    /** Restarts at once where the agent is not at work, or where that is not known. */
    askRestart: async () => {
      const profile = selected();
      const work = await store.agentWork();
      // Another profile was selected meanwhile.
      if (profile !== selected()) return;
      if (work && work.active > 0) setAsked({ profile, work });
      else await store.restart();
    },
  };
}

interface RestartQuestionProps {
  readonly asked: Asked | undefined;
  readonly observed: Observed;
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  closeRestart(): void;
}

export function RestartQuestion({ asked, observed, store, messages, components, closeRestart }: RestartQuestionProps) {
  const texts = messages.restartQuestion;
  const now = [texts.now, () => void store.restart()] as const;
  if (!can('restart', observed)) return null;
  if (observed.status.restartWhenIdle) {
    return <Choice components={components} answers={[now, [texts.cancel, () => void store.cancelRestart()]]} />;
  }
  if (asked?.profile !== observed.status.profile) return null;
  const whenIdle = [texts.whenIdle, () => void store.restartWhenIdle()] as const;
  return (
    <Choice
      text={texts.text(asked.work)}
      answers={[...(asked.work.isComplete ? [whenIdle] : []), now, [texts.cancel, () => undefined]]}
      components={components}
      onEnd={closeRestart}
    />
  );
}
