/** The settings row "Run gateway as service": a switch, one sentence, at most one action, one disclosure. It shows the store. */

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceState, GatewayServiceStore, ShownOperation, Snapshot } from '../src/desktop/store.ts';
import { canSwitch, isWaiting, type Observed, offeredAction, offerOf, type PhaseAction, switchOn, toneOf } from '../src/desktop/views.ts';
import { ActionButton, type ActionTargets } from './action-button.tsx';
import type { PanelComponents } from './components.ts';
import { DEFAULT_COMPONENTS } from './default-components.tsx';
import { Details } from './details.tsx';
import { Failure } from './failure.tsx';
import { StatusMark } from './icons.tsx';
import { hasList, ProfileChoice } from './profile-list.tsx';
import { Question } from './question.tsx';
import { RestartQuestion, useRestart } from './restart-question.tsx';
import { UpdateNotice } from './update-notice.tsx';
import { useKeptFocus } from './use-kept-focus.ts';
import { useNow } from './use-now.ts';
import { useQuestion } from './use-question.ts';

export interface GatewayServicePanelProps {
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  /** The host's own components; the defaults replace missing ones. */
  readonly components?: Partial<PanelComponents>;
  /** Versions for "copy details", by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** For a host that opens the details itself, e.g. from its tray; by default the panel keeps this state. */
  readonly details?: { readonly open: boolean; setOpen(open: boolean): void };
}

/** Renders nothing without a bridge or where nothing is supported. */
export function GatewayServicePanel({ components, versions = {}, ...props }: GatewayServicePanelProps) {
  const state = useSyncExternalStore(props.store.listen, props.store.get);
  if (!state.supported) return null;
  return <Panel {...props} state={state} components={{ ...DEFAULT_COMPONENTS, ...components }} versions={versions} />;
}

interface PanelProps extends GatewayServicePanelProps {
  readonly state: GatewayServiceState;
  readonly components: PanelComponents;
  readonly versions: Readonly<Record<string, string>>;
}

function Panel({ state, store, messages, components, versions, details }: PanelProps) {
  const { snapshot, operation, error } = state;
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const disclosure = useRef<HTMLButtonElement>(null);
  const own = useState(false);
  /** How often the log was asked for at the end of the gateway. */
  const [logRequests, setLogRequests] = useState(0);
  const [open, setOpen] = details ? [details.open, details.setOpen] : own;
  const now = useNow(state.profiles.filter(({ profile }) => hasList(state) || profile === snapshot?.profile));
  useKeptFocus(panel, `${id}-switch`);

  const observed = snapshot && { ...snapshot, operation };
  const { question, previewing, askSwitch, askRepair, close } = useQuestion(store, observed);
  const onShowLog = () => {
    setOpen(true);
    setLogRequests(logRequests + 1);
  };
  const { asked } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that it was asked for
  useEffect(() => {
    if (asked?.show === 'log') onShowLog();
    else if (asked?.show === 'turnOn') askSwitch(true);
  }, [asked]);
  const { asked: askedToRestart, askRestart, closeRestart } = useRestart(store);
  const targets = { store, messages, components, askRestart, askRepair, onShowLog };
  const busy = previewing || operation !== undefined;
  const sentence = sentenceOf(snapshot, operation, state.outdated, messages, now);
  const shown = snapshot?.profile;

  return (
    <section
      ref={panel}
      className="hgs-panel"
      lang={messages.locale}
      dir={messages.direction}
      aria-labelledby={`${id}-title`}
      onKeyDown={event => {
        if (!(open || question) || !isOwnEscape(event)) return;
        // It must not close what surrounds the panel too.
        event.stopPropagation();
        if (!open || question || (event.target as Element).matches('input, select')) return;
        setOpen(false);
        disclosure.current?.focus();
      }}
    >
      <ProfileChoice
        {...{ id, state, store, messages, components }}
        busy={previewing}
        sentence={({ profile, snapshot: last }) =>
          profile === shown ? sentence.shown : sentenceOf(last, last?.operation, state.outdated, messages, now).shown
        }
        onSwitch={on => askSwitch(on)}
      />
      <SwitchRow {...{ id, state, observed, messages, components, busy }} sentence={sentence.shown} onSwitch={on => askSwitch(on)}>
        <Offered key={shown} {...targets} observed={observed} busy={previewing} />
        <components.Button
          ref={disclosure}
          variant="quiet"
          expanded={open}
          controls={`${id}-details`}
          disabled={!snapshot}
          onClick={() => setOpen(!open)}
        >
          {messages.details.open}
        </components.Button>
      </SwitchRow>
      <p className="hgs-hidden" role="status">
        {sentence.announced}
      </p>
      {error && <Failure key={error.id} {...targets} {...{ error, observed, snapshot, versions, askSwitch }} busy={busy} />}
      {observed && <RestartQuestion {...{ observed, store, messages, components, closeRestart }} asked={askedToRestart} />}
      {observed && !state.outdated && <Help {...targets} observed={observed} />}
      {snapshot && !state.outdated && <UpdateNotice {...{ snapshot, now, store, messages, components }} />}
      <div id={`${id}-details`} hidden={!open || !snapshot}>
        {open && snapshot && (
          <Details
            key={shown}
            state={state}
            snapshot={snapshot}
            now={now}
            logRequests={logRequests}
            {...targets}
            versions={versions}
            onUpgrade={() => askSwitch(true, { mechanism: 'service' })}
          />
        )}
      </div>
      {question && <Question {...{ question, store, messages, components, close, askSwitch }} />}
    </section>
  );
}

/** An Escape that was typed in the panel itself, and that nothing else has used. A dialog of the host may be no part of the section. */
const isOwnEscape = ({ key, target, currentTarget, nativeEvent, defaultPrevented }: KeyboardEvent<HTMLElement>): boolean =>
  key === 'Escape' && !nativeEvent.isComposing && !defaultPrevented && target instanceof Node && currentTarget.contains(target);

interface SwitchRowProps extends Pick<PanelProps, 'state' | 'messages' | 'components'> {
  readonly id: string;
  readonly observed: Observed | undefined;
  readonly sentence: string;
  readonly busy: boolean;
  onSwitch(on: boolean): void;
  /** The buttons before the switch. */
  readonly children: ReactNode;
}

function SwitchRow({ id, state, observed, messages, components, sentence, busy, onSwitch, children }: SwitchRowProps) {
  const { snapshot, outdated } = state;
  const policy = snapshot?.status.policy && messages.managed(snapshot.status.policy);
  // The list has the sentence and the switch.
  const inList = hasList(state);
  return (
    <components.Row
      title={
        <label id={`${id}-title`} className="hgs-title" htmlFor={`${id}-switch`}>
          {messages.title(snapshot ?? { profile: '', profiles: [] })}
        </label>
      }
      description={
        inList ? (
          policy
        ) : (
          <p id={`${id}-sentence`} className="hgs-sentence">
            <StatusMark tone={outdated ? 'warn' : observed ? toneOf(observed) : 'idle'} />
            <span>{[sentence, policy].filter(Boolean).join(' ')}</span>
          </p>
        )
      }
      controls={
        <>
          {children}
          {!inList && (
            <components.Switch
              // A new element for each profile and for the first snapshot: the thumb must not slide as if the user had changed it.
              key={snapshot?.profile}
              id={`${id}-switch`}
              checked={observed !== undefined && switchOn(observed)}
              busy={busy}
              disabled={!busy && !(observed && canSwitch(observed))}
              labelledBy={`${id}-title`}
              describedBy={`${id}-sentence`}
              onChange={onSwitch}
            />
          )}
        </>
      }
    />
  );
}

/** The sentence of the row, and the one that a screen reader reads once per change, which has no running time in it. */
function sentenceOf(
  snapshot: Snapshot | undefined,
  operation: ShownOperation | undefined,
  outdated: boolean,
  messages: Messages,
  now: number,
) {
  if (outdated) return { shown: messages.outdated, announced: messages.outdated };
  if (operation && !(snapshot && isWaiting(snapshot.status, now))) {
    const text = messages.operation(operation);
    return { shown: text, announced: text };
  }
  if (!snapshot) return { shown: messages.asking, announced: '' };
  return { shown: messages.sentence(snapshot.status, now), announced: messages.announcement(snapshot.status) };
}

interface OfferedProps extends ActionTargets {
  readonly observed: Observed | undefined;
  /** A preview is being requested. */
  readonly busy: boolean;
}

/** The one offered action. During an operation the last one stays, disabled, so that neither layout nor focus jumps. */
function Offered({ observed, busy, ...targets }: OfferedProps) {
  const last = useRef<PhaseAction>(undefined);
  const offered = observed && offeredAction(observed);
  useEffect(() => {
    if (!observed?.operation) last.current = offered;
  });
  const action = offered ?? (observed?.operation ? last.current : undefined);
  if (!observed || !action) return null;
  return <ActionButton {...targets} action={action} phase={observed.status.phase} disabled={offered === undefined || busy} />;
}

interface HelpProps extends ActionTargets {
  readonly observed: Observed;
}

/** What helps after an end that is recognised, or where the panel can only show something. The sentence was announced, so this is not. */
function Help({ observed, ...targets }: HelpProps) {
  const { status } = observed;
  const { messages } = targets;
  const { below } = offerOf(observed);
  const text = below?.problem ? messages.problem(below.problem).remedy : messages.help(status, observed.canUpdateHermes);
  if (!below || text === undefined) return null;
  return (
    <div className="hgs-failure" data-quiet>
      <p>{text}</p>
      {below.actions.map(action => (
        <ActionButton key={action.verb} {...targets} action={action} phase={status.phase} />
      ))}
    </div>
  );
}
