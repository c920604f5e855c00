/**
 * The settings row "Run gateway as service". At rest it is one row: a switch, one sentence, at most one action; everything else is behind
 * one disclosure. It shows the store and decides nothing: words come from the catalogue, looks from the table of phases.
 */

import { useEffect, useId, useRef, useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { ErrorValue, GatewayServiceState, GatewayServiceStore, Receipt } from '../src/desktop/store.ts';
import { canSwitch, offeredAction, type PhaseAction, shownTarget, switchOn, toneOf } from '../src/desktop/views.ts';
import { Button } from './button.tsx';
import type { PanelComponents } from './components.ts';
import { Confirm } from './confirm.tsx';
import { Details } from './details.tsx';
import { StatusMark } from './icons.tsx';
import { Row } from './row.tsx';
import { Switch } from './switch.tsx';
import { useKeptFocus } from './use-kept-focus.ts';
import { useNow } from './use-now.ts';
import { useStore } from './use-store.ts';

export interface GatewayServicePanelProps {
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  /** The host's own components; what is missing is drawn by the defaults. */
  readonly components?: Partial<PanelComponents>;
  /** Versions for "copy details", by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

const DEFAULTS: PanelComponents = { Switch, Button, Row, Confirm };

/** Renders nothing without a bridge or where nothing is supported. */
export function GatewayServicePanel({ store, messages, components, versions = {} }: GatewayServicePanelProps) {
  const state = useStore(store);
  if (!state.supported) return null;
  return <Panel state={state} store={store} messages={messages} components={{ ...DEFAULTS, ...components }} versions={versions} />;
}

interface PanelProps extends Required<GatewayServicePanelProps> {
  readonly state: GatewayServiceState;
  readonly components: PanelComponents;
}

function Panel({ state, store, messages, components, versions }: PanelProps) {
  const { snapshot, operation, error } = state;
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const disclosure = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [previewing, setPreviewing] = useState(false);
  const [receipt, setReceipt] = useState<Receipt>();
  const now = useNow(operation ? undefined : snapshot?.status);
  useKeptFocus(panel, `${id}-switch`);

  const observed = snapshot && { status: snapshot.status, operation };
  const busy = previewing || operation !== undefined;
  const sentence = sentenceOf(state, messages, now);

  async function ask(on: boolean): Promise<void> {
    setPreviewing(true);
    setReceipt(await store.preview(on));
    setPreviewing(false);
  }

  return (
    <section
      ref={panel}
      className="hgs-panel"
      aria-labelledby={`${id}-title`}
      onKeyDown={event => {
        if (event.key !== 'Escape' || !open || receipt) return;
        setOpen(false);
        disclosure.current?.focus();
      }}
    >
      <components.Row
        title={
          <label id={`${id}-title`} className="hgs-title" htmlFor={`${id}-switch`}>
            {messages.title(snapshot ?? { profile: '', profiles: [] })}
          </label>
        }
        description={
          <p id={`${id}-sentence`} className="hgs-sentence">
            <StatusMark tone={state.outdated ? 'warn' : observed ? toneOf(observed) : 'idle'} />
            <span>{sentence.shown}</span>
          </p>
        }
        controls={
          <>
            <Offered observed={observed} store={store} messages={messages} components={components} />
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
            <components.Switch
              // Another switch once something is known, so that what is does not slide in as if it had just been changed.
              key={observed ? 'known' : 'asking'}
              id={`${id}-switch`}
              checked={observed !== undefined && switchOn(observed)}
              busy={busy}
              disabled={!observed || !canSwitch(observed)}
              labelledBy={`${id}-title`}
              describedBy={`${id}-sentence`}
              onChange={on => void ask(on)}
            />
          </>
        }
      />
      <p className="hgs-hidden" role="status">
        {sentence.said}
      </p>
      {error && <Failure error={error} messages={messages} />}
      <div id={`${id}-details`} hidden={!open || !snapshot}>
        {open && snapshot && <Details state={state} snapshot={snapshot} now={now} {...{ store, messages, components, versions }} />}
      </div>
      {receipt && (
        <components.Confirm
          text={messages.confirm(receipt)}
          onCancel={() => setReceipt(undefined)}
          onConfirm={() => {
            setReceipt(undefined);
            void store.set(receipt.verb === 'install');
          }}
        >
          <ReceiptLines receipt={receipt} messages={messages} />
        </components.Confirm>
      )}
    </section>
  );
}

/** What the row says, and what a screen reader reads once per change: nothing that ticks. */
function sentenceOf({ snapshot, operation, outdated }: GatewayServiceState, messages: Messages, now: number) {
  if (outdated) return { shown: messages.outdated, said: messages.outdated };
  if (operation) {
    const text = messages.operation(operation.verb, operation.message);
    return { shown: text, said: text };
  }
  if (!snapshot) return { shown: messages.asking, said: '' };
  return { shown: messages.sentence(snapshot.status, now), said: messages.announcement(snapshot.status) };
}

interface OfferedProps {
  readonly observed: Parameters<typeof offeredAction>[0] | undefined;
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
}

/** The one action. During an operation the last one stays, inert, so that neither the layout nor the focus jumps. */
function Offered({ observed, store, messages, components }: OfferedProps) {
  const last = useRef<PhaseAction>(undefined);
  const offered = observed && offeredAction(observed);
  useEffect(() => {
    if (!observed?.operation) last.current = offered;
  });
  const action = offered ?? (observed?.operation ? last.current : undefined);
  if (!observed || !action) return null;
  const { phase } = observed.status;
  return (
    <components.Button
      label={messages.actionLabel(action, phase)}
      elevated={action.elevated}
      disabled={offered === undefined}
      onClick={() => void store[action.verb]()}
    >
      {messages.action(action.verb, phase)}
    </components.Button>
  );
}

/** Consent that was not given is no failure: it is said quietly. */
function Failure({ error, messages }: { readonly error: ErrorValue; readonly messages: Messages }) {
  const { message, remedy } = messages.error(error);
  const declined = error.code === 'consent-declined';
  return (
    <div className="hgs-failure" data-quiet={declined || undefined} role={declined ? 'status' : 'alert'}>
      <p>{message}</p>
      <p className="hgs-remedy">{remedy}</p>
    </div>
  );
}

function ReceiptLines({ receipt, messages }: { readonly receipt: Receipt; readonly messages: Messages }) {
  return (
    // A long receipt scrolls, so the keyboard must be able to reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable regions have to be focusable
    <ul tabIndex={0} aria-label={messages.confirm(receipt).changes}>
      {receipt.entries.map(entry => (
        <li key={messages.receiptLine(entry)}>
          <span className="hgs-muted">{messages.receiptWhat(entry)}</span>
          <span>
            {shownTarget(entry, receipt.entries)} <span className="hgs-muted">{entry.detail}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
