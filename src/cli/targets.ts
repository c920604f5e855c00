/**
 * The gateways that a verb is for: the selected one, or with `--all` every installed one. Each has its own answer; starts are staggered.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import { EXIT, type ExitCode } from '../model/cli-exit-codes.ts';
import { type GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { Report } from '../model/operation-steps.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import { startDelayMs } from '../model/stagger.ts';
import type { Status } from '../model/status.ts';
import type { VerbContext } from './context.ts';
import { type ChangingVerb, doneLine } from './done-line.ts';
import { interruptible } from './operation.ts';
import { indented } from './output.ts';
import { problemTexts, statusText } from './status-text.ts';

export interface Target {
  readonly identity: GatewayIdentity;
  readonly status: Status;
}

interface Failure {
  readonly identity: GatewayIdentity;
  readonly error: GatewayServiceError;
}

/** A gateway that a verb has changed; `status` is the one afterwards. */
export interface Done extends Target {
  readonly before: Status;
  readonly elapsedMs: number;
}

export interface Work {
  readonly operate: (identity: GatewayIdentity, report: Report) => Promise<Status>;
  readonly starts?: boolean;
}

export const NONE = 'No gateway service is installed. Install one with "hermes-gateway install".';

/** The selected gateway. @throws GatewayServiceError for a profile that neither has a service nor exists */
export async function target({ composition: { manager, identity: identityOf }, selection }: VerbContext): Promise<Target> {
  const identity = identityOf(selection);
  const status = await manager.status(identity);
  if (status.phase === 'not-installed' && identity.profile !== DEFAULT_PROFILE) requireHome(identity);
  return { identity, status };
}

export async function targets(context: VerbContext): Promise<readonly Target[]> {
  const { composition, selection, all } = context;
  return all ? installed(context, await composition.identities(selection)) : [await target(context)];
}

export function withStatus({ composition: { manager } }: VerbContext, identities: readonly GatewayIdentity[]): Promise<readonly Target[]> {
  return Promise.all(identities.map(async identity => ({ identity, status: await manager.status(identity) })));
}

export async function installed(context: VerbContext, identities: readonly GatewayIdentity[]): Promise<readonly Target[]> {
  const found = await withStatus(context, identities);
  return found.filter(({ status: { phase } }) => phase !== 'not-installed' && phase !== 'unsupported');
}

export function workOn(context: VerbContext, found: readonly Target[], { operate, starts }: Work): Promise<readonly (Done | Failure)[]> {
  const { output, terminal, all } = context;
  const attempt = async ({ identity, status: before }: Target, position: number): Promise<Done | Failure> => {
    const named = (message: string) => (all ? `${identity.service}: ${message}` : message);
    try {
      if (starts) await delay(startDelayMs(position, found.length));
      const began = terminal.now();
      const status = await operate(identity, ({ message }) => output.progress({ message: named(message) }));
      return { identity, status, before, elapsedMs: terminal.now() - began };
    } catch (thrown) {
      return { identity, error: toGatewayServiceError(thrown) };
    }
  };
  return interruptible(Promise.all(found.map(attempt)), context);
}

/**
 * Answers with the status of the one gateway, or with `--all` with those of all and every failure.
 * @returns the highest exit code
 * @throws GatewayServiceError the failure of the one gateway
 */
export function answer<T extends Target>(
  context: VerbContext,
  outcomes: readonly (T | Failure)[],
  textOf: (context: VerbContext, target: T) => string,
): ExitCode {
  const { output, all } = context;
  const done = outcomes.filter((outcome): outcome is T => 'status' in outcome);
  const failures = outcomes.filter((outcome): outcome is Failure => 'error' in outcome);
  if (!all && failures[0]) throw failures[0].error;
  const text = () => together(outcomes.map(each => ('status' in each ? textOf(context, each) : failureText(context, each))));
  const worst = failures.filter(({ error }) => !isInOtherHands(error)).sort((one, other) => other.error.exit - one.error.exit)[0]?.error;
  const statuses = done.map(({ status }) => status);
  output.answer(() => text() || NONE, {
    ...(all ? { statuses } : { status: statuses[0] }),
    ...(failures.length > 0 && { errors: failures.map(({ identity: { service }, error }) => ({ service, ...error.toValue() })) }),
    ...(worst && { error: worst.toValue() }),
  });
  return outcomes.length === 0 ? EXIT.notInstalled : (worst?.exit ?? EXIT.done);
}

/** Single lines below each other, blocks with an empty line between them. */
export function together(texts: readonly string[]): string {
  return texts.join(texts.some(text => text.includes('\n')) ? '\n\n' : '\n');
}

/** What a verb has done to a gateway, below what is wrong with it; an installation shows its status. */
export function doneText(context: VerbContext, verb: ChangingVerb, done: Done): string {
  const { output, terminal, all } = context;
  const { before, status: after, elapsedMs } = done;
  const line = doneLine({ verb, before, after, elapsedMs, now: terminal.now() }, output.paint);
  const above = verb === 'install' && !all ? [targetText(context, done)] : verb === 'uninstall' ? [] : problemTexts(after, output.paint);
  return [...above, line].join('\n\n');
}

export function targetText({ composition, output, terminal, selection }: VerbContext, { identity, status }: Target): string {
  const given = { profile: identity.profile === DEFAULT_PROFILE ? undefined : identity.profile, home: selection.home };
  return statusText(status, {
    now: terminal.now(),
    logPath: composition.manager.logPath(identity),
    paint: output.paint,
    selection: Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([option, value]) => ` --${option} ${JSON.stringify(value)}`)
      .join(''),
  });
}

/** Whether there is nothing to do, because another gateway serves the profile or Hermes keeps it. */
function isInOtherHands({ code }: GatewayServiceError): boolean {
  return code === 'profile-served' || code === 'kept-by-hermes';
}

function failureText({ output }: VerbContext, { identity, error }: Failure): string {
  const style = isInOtherHands(error) ? 'bold' : 'red';
  return `${output.paint(style, `${identity.service}:`)} ${error.message}\n${indented(error.remedy)}`;
}
