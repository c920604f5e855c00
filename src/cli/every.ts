/** `--all`: one verb for every gateway of this user, each with its own answer; the exit code is the highest. Starts are staggered. */

import { setTimeout as delay } from 'node:timers/promises';
import { PHASE_VIEWS } from '../desktop/views.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { GatewayManager } from '../model/manager.ts';
import { startDelayMs } from '../model/stagger.ts';
import type { Installable, Status } from '../model/status.ts';
import { interruptible } from './operation.ts';
import { indented } from './output.ts';
import { everyInstalled, printLog, resume, selected, type Target, textOf, type VerbContext } from './verbs.ts';

const NONE = 'No gateway service is installed. Install one with "hermes-gateway install".';

export async function statusOfAll(context: VerbContext): Promise<number> {
  await resume(context);
  const all = await everyInstalled(context);
  const text = () => all.map(found => textOf(context, found, found.status)).join('\n\n');
  context.output.answer(() => text() || NONE, { statuses: all.map(found => found.status) });
  return all.length === 0 ? EXIT.notInstalled : Math.max(...all.map(found => PHASE_VIEWS[found.status.phase].exit));
}

/** Every profile of this home; one that another gateway serves or Hermes keeps is reported, and is no failure. */
export async function installAll(context: VerbContext, mechanism: Installable | undefined): Promise<number> {
  const { root } = context.composition.identity(selected(context));
  const identities = await context.composition.identities(context.selection);
  await resume(context);
  const { manager } = context.composition;
  const mine = identities.filter(identity => identity.root === root).map(identity => ({ identity, manager }));
  return answerEach(context, mine, (each, report) => each.manager.install(each.identity, mechanism ? { mechanism } : {}, report), {
    staggered: true,
  });
}

export async function operateAll(context: VerbContext, verb: 'start' | 'stop' | 'restart' | 'uninstall'): Promise<number> {
  // Gateways that an interrupted update stopped are started first, except before a stop.
  const starts = verb === 'start' || verb === 'restart';
  if (starts) await resume(context);
  const all = await everyInstalled(context);
  if (all.length === 0) {
    context.output.answer(() => NONE, { statuses: [] });
    return EXIT.notInstalled;
  }
  const exit = await answerEach(context, all, (each, report) => each.manager[verb](each.identity, report), { staggered: starts });
  if (!starts) await resume(context);
  return exit;
}

/** Each line with the name of its service before it. */
export async function logsOfAll(context: VerbContext, { lines, follow }: { lines: number; follow: boolean }): Promise<number> {
  const { output } = context;
  const all = await everyInstalled(context);
  if (all.length === 0) throw new GatewayServiceError('not-installed');
  const print = ({ identity: { service }, manager, identity }: Target) =>
    printLog(context, manager.logPath(identity), { lines, follow, print: line => output.line(`${service} | ${line}`, { service, line }) });
  if (follow) await Promise.all(all.map(print));
  else for (const each of all) await print(each);
  return EXIT.done;
}

type Outcome = { readonly status: Status } | { readonly error: GatewayServiceError };
type Work = (each: Target, report: Parameters<GatewayManager['start']>[1]) => Promise<Status>;

async function answerEach(
  context: VerbContext,
  all: readonly Target[],
  work: Work,
  { staggered }: { staggered: boolean },
): Promise<number> {
  const { output } = context;
  const attempt = async (each: Target, position: number): Promise<Outcome> => {
    try {
      if (staggered) await delay(startDelayMs(position, all.length));
      return { status: await work(each, step => output.progress({ message: `${each.identity.service}: ${step.message}` })) };
    } catch (thrown) {
      return { error: toGatewayServiceError(thrown) };
    }
  };
  const outcomes = await interruptible(Promise.all(all.map(attempt)), context);
  const answers = outcomes.map((outcome, index) => ({ outcome, each: all[index] as Target }));
  const text = () =>
    answers
      .map(({ outcome, each }) => ('status' in outcome ? textOf(context, each, outcome.status) : failureText(context, each, outcome.error)))
      .join('\n\n');
  const errors = answers.flatMap(({ outcome, each }) =>
    'error' in outcome ? [{ service: each.identity.service, error: outcome.error }] : [],
  );
  const worst = errors.filter(({ error }) => !isInOtherHands(error)).sort((one, other) => other.error.exit - one.error.exit)[0]?.error;
  output.answer(text, {
    statuses: outcomes.flatMap(outcome => ('status' in outcome ? [outcome.status] : [])),
    ...(errors.length > 0 && { errors: errors.map(({ service, error }) => ({ service, ...error.toValue() })) }),
    ...(worst && { error: worst.toValue() }),
  });
  return worst?.exit ?? EXIT.done;
}

/** Whether there is nothing to do, because another gateway serves the profile or Hermes keeps it. */
function isInOtherHands({ code }: GatewayServiceError): boolean {
  return code === 'profile-served' || code === 'kept-by-hermes';
}

function failureText({ output }: VerbContext, { identity }: Target, error: GatewayServiceError): string {
  const style = isInOtherHands(error) ? 'bold' : 'red';
  return `${output.paint(style, `${identity.service}:`)} ${error.message}\n${indented(error.remedy)}`;
}
