/** The content of the disclosure in the order of need: why and what to do, log, history, facts. It is mounted only while open. */

import { type ReactNode, useId, useReducer, useState } from 'react';
import type { RecordedEnd } from '../src/desktop/log-lines.ts';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceState, GatewayServiceStore, Snapshot, Status } from '../src/desktop/store.ts';
import { hasEnded, isOff, ladderDots, offersService, otherActions, remedyOf, type Tone, uptimeMs } from '../src/desktop/views.ts';
import { ActionButton } from './action-button.tsx';
import { BeforeSignInRow } from './before-sign-in-row.tsx';
import type { PanelComponents } from './components.ts';
import { CopyDetails } from './copy-details.tsx';
import { Day } from './day.tsx';
import { StatusMark } from './icons.tsx';
import { Log } from './log.tsx';
import { ReceiptLines } from './receipt-lines.tsx';
import { RecoveryTestRow } from './recovery-test-row.tsx';
import { SwitchChoiceRow } from './switch-choice-row.tsx';
import { useLog } from './use-log.ts';

export interface DetailsProps {
  readonly state: GatewayServiceState;
  readonly snapshot: Snapshot;
  readonly now: number;
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  readonly versions: Readonly<Record<string, string>>;
  /** How often the log was asked for at the end of the gateway. */
  readonly logRequests: number;
  /** Called to replace the sign-in start with the service. */
  onUpgrade(): void;
  /** Asks first what becomes of the work in progress. */
  readonly askRestart: () => Promise<void>;
  /** Shows first what a repair changes. */
  readonly askRepair: () => void;
  /** Shows the log at the end of the gateway. */
  readonly onShowLog: () => void;
}

/** What the user chose to see of the log, until the log is asked for from outside. */
interface LogChoice {
  readonly after: number;
  /** Without one the log is followed. */
  readonly end?: RecordedEnd;
}

export function Details(props: DetailsProps) {
  const { snapshot, now, messages, store, components, logRequests } = props;
  const { status } = snapshot;
  const off = isOff(status);
  const [last, setChoice] = useState<LogChoice>();
  const [jumps, countJump] = useReducer((count: number) => count + 1, 0);
  const choice = last?.after === logRequests ? last : undefined;
  const follows = choice !== undefined && choice.end === undefined;
  const end = choice ? choice.end : logRequests > 0 || hasEnded(status) ? status.lastExit : undefined;
  const log = useLog(store, snapshot, { end, follows, onLost: () => follows && setChoice(undefined) });
  const show = (crash: RecordedEnd) => {
    setChoice({ after: logRequests, end: crash });
    countJump();
  };
  const crash = snapshot.timeline.crashes.at(-1);

  return (
    <div className="hgs-details">
      <Problems {...props} />
      <Repaired {...props} />
      {off && <TurningOn {...props} />}
      <Facts facts={reasons(props)} />
      <Actions {...props} />
      <Ladder {...props} />
      {!off && snapshot.history.length > 0 && (
        <Part title={messages.details.day}>
          <Day {...{ snapshot, now, messages }} onCrash={show} />
        </Part>
      )}
      {!off && (
        <Log
          {...{ store, messages, components, now, log, end, follows }}
          requests={logRequests + jumps}
          onFollow={on => setChoice(on ? { after: logRequests } : undefined)}
          onLastCrash={crash && (() => show(crash))}
        />
      )}
      {!(off && snapshot.history.length === 0) && <History {...props} />}
      <Watchdog {...props} />
      <RecoveryTestRow {...props} />
      <BeforeSignIn {...props} />
      <details className="hgs-fold">
        <summary>{messages.details.facts}</summary>
        <Facts facts={factsOf(props)} />
      </details>
    </div>
  );
}

function Part({ title, className, children }: { readonly title: string; readonly className?: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={className}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}

const TONES: Readonly<Record<Status['problems'][number]['severity'], Tone>> = { info: 'idle', warning: 'warn', error: 'error' };

function Problems({ snapshot: { status }, messages, store, components: { Button } }: DetailsProps) {
  const { problems } = status;
  if (problems.length === 0) return null;
  return (
    <Part title={messages.details.problems}>
      <ul className="hgs-problems">
        {problems.map(problem => {
          const { message, remedy } = messages.problem(problem);
          return (
            <li key={problem.code}>
              <StatusMark tone={TONES[problem.severity]} />
              <span>
                {message} {remedyOf(problem, { status }) && <span className="hgs-remedy">{remedy}</span>}{' '}
                <Button variant="quiet" label={messages.learnMore(message)} onClick={() => void store.learnMore(problem.code)}>
                  {messages.details.learnMore}
                </Button>
              </span>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function TurningOn({ snapshot: { mechanisms }, messages }: DetailsProps) {
  return <Part title={messages.details.turningOn}>{mechanisms[0] && <p>{messages.meaning[mechanisms[0]]}</p>}</Part>;
}

/** The restart delays as nine dots, while one of them counts: passed, current with its countdown, and ahead. */
function Ladder({ snapshot: { status }, now, messages }: DetailsProps) {
  const title = messages.details.ladderSeconds;
  const dots = ladderDots(status, now);
  if (!dots.some(({ state }) => state === 'current')) return null;
  return (
    <Part title={title}>
      <ol className="hgs-ladder" aria-label={title}>
        {dots.map((dot, rung) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rung is its place on the ladder
          <li key={rung} data-state={dot.state} aria-current={dot.state === 'current' ? 'step' : undefined}>
            <span className="hgs-dot" />
            <span>{messages.ladderDot(dot)}</span>
          </li>
        ))}
      </ol>
      <p className="hgs-muted">{messages.ladder(status)}</p>
    </Part>
  );
}

type Fact = readonly [name: string, value: string | undefined, action?: ReactNode];

/** Why it is so, as sentences. */
function reasons({ snapshot: { status }, now, messages, store, components: { Button } }: DetailsProps): readonly Fact[] {
  const { details } = messages;
  const signInOptions = status.automaticSignIn === 'no' && (
    <Button variant="quiet" onClick={() => void store.openSignInOptions()}>
      {details.signInOptions}
    </Button>
  );
  return [
    // The reason of a phase is often that of the last exit, which has a time as well.
    [details.detail, status.detail === status.lastExit?.reason ? undefined : status.detail],
    [details.lastExit, status.lastExit && messages.lastExit(status.lastExit, now)],
    [details.platforms, messages.platforms(status)],
    [details.afterUpdate, status.automaticSignIn && messages.automaticSignIn[status.automaticSignIn], signInOptions],
  ];
}

function factsOf({ snapshot: { status }, now, messages }: DetailsProps): readonly Fact[] {
  const { details } = messages;
  const uptime = uptimeMs(status, now);
  return [
    [details.mechanism, isOff(status) ? undefined : messages.mechanism[status.mechanism]],
    [details.service, status.service],
    [details.profile, status.profile],
    [details.startType, status.startType && messages.startType[status.startType]],
    [details.started, status.startedAt && messages.time(status.startedAt, now)],
    [details.uptime, uptime === undefined ? undefined : messages.uptime(uptime)],
    [details.gatewayPid, status.gatewayPid === undefined ? undefined : messages.pid(status.gatewayPid)],
    [details.servicePid, status.servicePid === undefined ? undefined : messages.pid(status.servicePid)],
    [details.session, status.session && messages.session(status.session)],
    [details.restarts, isOff(status) ? undefined : messages.restarts(status, now)],
    [details.meaning, status.mechanism === 'startup' ? messages.meaning.startup : undefined],
  ];
}

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value);
  if (known.length === 0) return null;
  return (
    <dl className="hgs-facts">
      {known.map(([name, value, action]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi> {action}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The setting that a gateway that hangs is restarted. */
function Watchdog({ snapshot, state, store, messages: { details }, components }: DetailsProps) {
  const on = snapshot.status.watchdog;
  if (on === undefined) return null;
  return (
    <SwitchChoiceRow
      title={details.watchdog}
      description={details.watchdogMeaning}
      checked={on}
      busy={state.operation !== undefined}
      components={components}
      onChange={to => void store.setWatchdog(to)}
    />
  );
}

/** Changing it asks for an administrator. */
function BeforeSignIn({ snapshot, state, store, messages, components }: DetailsProps) {
  const { beforeSignIn } = snapshot.status;
  if (beforeSignIn === undefined) return null;
  return (
    <BeforeSignInRow
      choice={beforeSignIn}
      busy={state.operation !== undefined}
      onChange={to => void store.set(true, { mechanism: 'service', beforeSignIn: to })}
      {...{ messages, components }}
    />
  );
}

function History({ snapshot, now, messages }: DetailsProps) {
  const newestFirst = snapshot.history.toReversed();
  return (
    <Part title={messages.details.history}>
      {newestFirst.length === 0 ? (
        <p className="hgs-muted">{messages.details.noHistory}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable regions have to be focusable
        <ol className="hgs-history" tabIndex={0} aria-label={messages.details.history}>
          {newestFirst.map(record => (
            <li key={`${record.at} ${messages.historyLine(record)}`}>
              <time dateTime={record.at}>{messages.time(record.at, now)}</time>
              <span>{messages.historyLine(record)}</span>
            </li>
          ))}
        </ol>
      )}
    </Part>
  );
}

/** The receipt of the last repair. */
function Repaired({ snapshot: { repaired }, messages }: DetailsProps) {
  if (!repaired || repaired.rows.length === 0) return null;
  return (
    <Part title={messages.details.repaired} className="hgs-receipt">
      <ReceiptLines receipt={repaired} label={messages.details.repaired} messages={messages} />
    </Part>
  );
}

function Actions({ state, snapshot, onUpgrade, versions, ...targets }: DetailsProps) {
  const { messages, components } = targets;
  const observed = { ...snapshot, operation: state.operation };
  return (
    <footer>
      {otherActions(observed).map(action => (
        <ActionButton key={action.verb} {...targets} action={action} phase={snapshot.status.phase} />
      ))}
      {offersService(snapshot) && (
        <components.Button label={messages.details.asServiceLabel} elevated disabled={state.operation !== undefined} onClick={onUpgrade}>
          {messages.details.asService}
        </components.Button>
      )}
      <CopyDetails {...targets} snapshot={snapshot} versions={versions} />
    </footer>
  );
}
