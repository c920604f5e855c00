/**
 * Profiles that the gateway of another profile serves: the row of such a profile shows that gateway, and its switch and actions are those
 * of that gateway. A wrapper of the manager, so that tray and panel need not know.
 */

import { toGatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import { isDown } from '../model/platforms.ts';
import type { Status } from '../model/status.ts';

type Listener = (status: Status) => void;

/** @param identities of all profiles that may be shown */
export function withServedProfiles(manager: GatewayManager, identities: readonly GatewayIdentity[]): GatewayManager {
  const watches = sharedWatches(manager);
  /** The last known one, by service. */
  const serving = new Map<string, GatewayIdentity>();

  function servingOf(own: Status): GatewayIdentity | undefined {
    const by = own.phase === 'not-installed' ? own.servedBy?.profile : undefined;
    const found = by === undefined ? undefined : identities.find(({ profile }) => profile === by);
    if (found) serving.set(own.service, found);
    else serving.delete(own.service);
    return found;
  }

  async function driven(identity: GatewayIdentity): Promise<GatewayIdentity> {
    return servingOf(await manager.status(identity)) ?? identity;
  }

  /** A refusal may be the first news that another gateway serves the profile. */
  async function drive<T>(identity: GatewayIdentity, work: (driven: GatewayIdentity) => Promise<T>): Promise<T> {
    const first = await driven(identity);
    try {
      return await work(first);
    } catch (error) {
      const second = toGatewayServiceError(error).code === 'profile-served' ? await driven(identity) : first;
      if (second === first) throw error;
      return work(second);
    }
  }

  return {
    mechanisms: manager.mechanisms,
    preview: (verb, identity, options) => drive(identity, each => manager.preview(verb, each, options)),
    install: (identity, options, report) => drive(identity, each => manager.install(each, options, report)),
    uninstall: (identity, report, options) => drive(identity, each => manager.uninstall(each, report, options)),
    examine: identity => drive(identity, each => manager.examine(each)),
    repair: (identity, report) => drive(identity, each => manager.repair(each, report)),
    start: (identity, report, options) => drive(identity, each => manager.start(each, report, options)),
    stop: (identity, report, options) => drive(identity, each => manager.stop(each, report, options)),
    setWatchdog: (identity, on) => drive(identity, each => manager.setWatchdog(each, on)),
    cancelConsent: identity => drive(identity, each => manager.cancelConsent(each)),
    stopNow: identity => drive(identity, each => manager.stopNow(each)),
    restart: (identity, report, options) => drive(identity, each => manager.restart(each, report, options)),
    cancelRestart: identity => drive(identity, each => manager.cancelRestart(each)),
    agentWork: identity => drive(identity, each => manager.agentWork(each)),
    testRecovery: (identity, report) => drive(identity, each => manager.testRecovery(each, report)),
    hold: (identity, why, report) => manager.hold(identity, why, report),
    history: identity => drive(identity, each => manager.history(each)),
    logPath: identity => manager.logPath(serving.get(identity.service) ?? identity),
    status: async identity => {
      const own = await manager.status(identity);
      const by = servingOf(own);
      return by ? shownAs(own, await manager.status(by)) : own;
    },
    watch(identity, listener) {
      let by: GatewayIdentity | undefined;
      let unwatchServing: (() => void) | undefined;
      const unwatch = manager.watch(identity, own => {
        const now = servingOf(own);
        if (now !== by) {
          unwatchServing?.();
          by = now;
          unwatchServing = now && watches(now, status => listener(shownAs(own, status)));
        }
        if (!now) listener(own);
      });
      return () => {
        unwatch();
        unwatchServing?.();
      };
    },
  };
}

/** The status of a profile that another gateway serves: that gateway's, under the name of the profile, with the bots of the profile. */
function shownAs({ profile, servedBy }: Status, { platforms: all = [], ...serving }: Status): Status {
  const prefix = `${profile}:`;
  const own = all.filter(({ name }) => name.startsWith(prefix)).map(each => ({ ...each, name: each.name.slice(prefix.length) }));
  const problems = own.some(isDown) ? serving.problems : serving.problems.filter(({ code }) => code !== 'platform-down');
  return { ...serving, profile, problems, ...(own.length > 0 && { platforms: own }), ...(servedBy && { servedBy }) };
}

/** One watch of a gateway for all profiles that it serves: a runner has few places for clients. */
function sharedWatches(manager: GatewayManager) {
  const watched = new Map<string, { readonly listeners: Set<Listener>; last?: Status; unwatch?: () => void }>();
  return (identity: GatewayIdentity, listener: Listener): (() => void) => {
    const watch = watched.get(identity.service) ?? { listeners: new Set<Listener>() };
    watched.set(identity.service, watch);
    watch.listeners.add(listener);
    if (watch.last) listener(watch.last);
    watch.unwatch ??= manager.watch(identity, status => {
      watch.last = status;
      for (const each of [...watch.listeners]) each(status);
    });
    return () => {
      watch.listeners.delete(listener);
      if (watch.listeners.size > 0) return;
      watch.unwatch?.();
      watched.delete(identity.service);
    };
  };
}
