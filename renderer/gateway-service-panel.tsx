/**
 * The settings row "Run gateway as service". At rest it is one row: a switch, one sentence, at most one action; everything else is behind
 * one disclosure. It shows the store and decides nothing: words come from the catalogue, looks from the table of phases.
 */

import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { ErrorValue, GatewayServiceState, GatewayServiceStore, Installable, Receipt } from '../src/desktop/store.ts';
import {
  canRepair,
  canSwitch,
  type Observed,
  offeredAction,
  offersSignIn,
  type PhaseAction,
  switchOn,
  toneOf,
} from '../src/desktop/views.ts';
import { Button } from './button.tsx';
import type { PanelComponents } from './components.ts';
import { Confirm } from './confirm.tsx';
import { Details } from './details.tsx';
import { Filter, Select } from './fields.tsx';
import { StatusMark } from './icons.tsx';
import { ReceiptLines } from './receipt-lines.tsx';
import { Row } from './row.tsx';
import { Switch } from './switch.tsx';
import { UpdateNotice } from './update-notice.tsx';
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
  /** Where the host itself opens the details, from its tray say; left out, the panel keeps it. */
  readonly details?: Disclosure;
}

export interface Disclosure {
  readonly open: boolean;
  setOpen(open: boolean): void;
}

const DEFAULTS: PanelComponents = { Switch, Button, Row, Confirm, Select, Filter };

/** Renders nothing without a bridge or where nothing is supported. */
export function GatewayServicePanel({ components, versions = {}, ...props }: GatewayServicePanelProps) {
  const state = useStore(props.store);
  if (!state.supported) return null;
  return <Panel {...props} state={state} components={{ ...DEFAULTS, ...components }} versions={versions} />;
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
  const [open, setOpen] = details ? [details.open, details.setOpen] : own;
  const [previewing, setPreviewing] = useState(false);
  const [receipt, setReceipt] = useState<Receipt>();
  const now = useNow(operation ? undefined : snapshot?.status);
  useKeptFocus(panel, `${id}-switch`);

  const observed = snapshot && { status: snapshot.status, operation };
  const busy = previewing || operation !== undefined;
  const sentence = sentenceOf(state, messages, now);
  const shown = snapshot?.profile;
  const question = receipt && observed && isStillAsked(receipt, observed) ? receipt : undefined;
  useEffect(() => {
    if (receipt && !question) setReceipt(undefined);
  });

  async function ask(question: Promise<Receipt | undefined>): Promise<void> {
    setPreviewing(true);
    setReceipt(await question);
    setPreviewing(false);
  }
  const askSwitch = (on: boolean, mechanism?: Installable) => void ask(store.preview(on, mechanism));
  // Where nothing has to change there is nothing to ask: a repair only starts what should run.
  const askRepair = () => void ask(store.previewRepair().then(found => (found?.entries.length === 0 ? void store.repair() : found)));

  return (
    <section
      ref={panel}
      className="hgs-panel"
      lang={messages.locale}
      dir={messages.direction}
      aria-labelledby={`${id}-title`}
      onKeyDown={event => {
        if (event.key !== 'Escape' || !open || question) return;
        setOpen(false);
        disclosure.current?.focus();
      }}
    >
      <ProfileChoice {...{ state, store, messages, components }} />
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
            <Offered key={`action ${shown}`} {...{ observed, store, messages, components, askRepair }} busy={previewing} />
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
              // Another switch for each profile, and once something is known, so that what is does not slide in as if it had just been changed.
              key={`switch ${shown}`}
              id={`${id}-switch`}
              checked={observed !== undefined && switchOn(observed)}
              busy={busy}
              disabled={!observed || !canSwitch(observed)}
              labelledBy={`${id}-title`}
              describedBy={`${id}-sentence`}
              onChange={on => askSwitch(on)}
            />
          </>
        }
      />
      <p className="hgs-hidden" role="status">
        {sentence.said}
      </p>
      {error && (
        <Failure error={error} messages={messages}>
          {snapshot && offersSignIn(snapshot, error) && (
            <components.Button disabled={busy} onClick={() => askSwitch(true, 'startup')}>
              {messages.details.signIn}
            </components.Button>
          )}
        </Failure>
      )}
      {snapshot && !state.outdated && <UpdateNotice {...{ snapshot, now, store, messages, components }} />}
      <div id={`${id}-details`} hidden={!open || !snapshot}>
        {open && snapshot && (
          <Details
            key={shown}
            state={state}
            snapshot={snapshot}
            now={now}
            askRepair={askRepair}
            {...{ store, messages, components, versions }}
            onUpgrade={() => askSwitch(true, 'service')}
          />
        )}
      </div>
      {question && (
        <components.Confirm
          text={messages.confirm(question)}
          onCancel={() => setReceipt(undefined)}
          onConfirm={() => {
            setReceipt(undefined);
            // What was shown is what is done.
            if (question.verb === 'repair') void store.repair();
            else void (question.verb === 'install' ? store.set(true, question.mechanism) : store.set(false));
          }}
        >
          <ReceiptLines receipt={question} label={messages.confirm(question).changes} messages={messages} />
        </components.Confirm>
      )}
    </section>
  );
}

/** Not any more once somebody else did it, does something else, or another profile is shown. */
function isStillAsked({ profile, verb, mechanism }: Receipt, observed: Observed): boolean {
  if (profile !== observed.status.profile || observed.operation) return false;
  if (verb === 'repair') return canRepair(observed);
  return verb === 'install' ? observed.status.mechanism !== mechanism : switchOn(observed);
}

function ProfileChoice({ state, store, messages, components }: Pick<PanelProps, 'state' | 'store' | 'messages' | 'components'>) {
  const { profiles, snapshot } = state;
  // The choice is kept here until the first snapshot of the chosen profile came.
  const [chosen, setChosen] = useState<string>();
  if (profiles.length < 2) return null;
  return (
    <div className="hgs-profiles">
      <components.Select
        label={messages.details.profile}
        value={snapshot?.profile ?? chosen ?? ''}
        options={profiles.map(({ profile, snapshot: last }) => ({ value: profile, label: messages.profileOption(profile, last?.status) }))}
        onChange={profile => {
          setChosen(profile);
          store.select(profile);
        }}
      />
    </div>
  );
}

/** What the row says, and what a screen reader reads once per change: nothing that ticks. */
function sentenceOf({ snapshot, operation, outdated }: GatewayServiceState, messages: Messages, now: number) {
  if (outdated) return { shown: messages.outdated, said: messages.outdated };
  if (operation) {
    const text = messages.operation(operation);
    return { shown: text, said: text };
  }
  if (!snapshot) return { shown: messages.asking, said: '' };
  return { shown: messages.sentence(snapshot.status, now), said: messages.announcement(snapshot.status) };
}

interface OfferedProps {
  readonly observed: Observed | undefined;
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  /** Shows first what a repair changes. */
  readonly askRepair: () => void;
  /** A question is being made. */
  readonly busy: boolean;
}

/** The one action. During an operation the last one stays, inert, so that neither the layout nor the focus jumps. */
function Offered({ observed, store, messages, components, askRepair, busy }: OfferedProps) {
  const last = useRef<PhaseAction>(undefined);
  const offered = observed && offeredAction(observed);
  useEffect(() => {
    if (!observed?.operation) last.current = offered;
  });
  const action = offered ?? (observed?.operation ? last.current : undefined);
  if (!observed || !action) return null;
  const { phase } = observed.status;
  const said = messages.action(action.verb, phase);
  return (
    <components.Button
      label={messages.actionLabel(action, phase)}
      elevated={action.elevated}
      disabled={offered === undefined || busy}
      onClick={action.verb === 'repair' ? askRepair : () => void store[action.verb]()}
    >
      {/* Another word is another element: the same one would be a shift of the layout. */}
      <span key={said}>{said}</span>
    </components.Button>
  );
}

interface FailureProps {
  readonly error: ErrorValue;
  readonly messages: Messages;
  /** What is offered in place of what failed. */
  readonly children: ReactNode;
}

/** Consent that was not given is no failure: it is said quietly. */
function Failure({ error, messages, children }: FailureProps) {
  const { message, remedy } = messages.error(error);
  const declined = error.code === 'consent-declined';
  return (
    <div className="hgs-failure" data-quiet={declined || undefined} role={declined ? 'status' : 'alert'}>
      <p>{message}</p>
      <p className="hgs-remedy">{remedy}</p>
      {children}
    </div>
  );
}
