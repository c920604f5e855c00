/** The controller behind tray and panel: the snapshot of each profile, and one operation at a time. It needs neither Electron nor HTTP. */

import { configurationOf } from '../gateway/home.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import type { GatewayManager, InstallOptions, UninstallOptions } from '../model/manager.ts';
import type { Operation, OperationProgress, Report } from '../model/operation-steps.ts';
import { problemPage } from '../model/problem-page.ts';
import { noted, type Receipt } from '../model/receipt.ts';
import { type FoundProblem, repairReceipt } from '../model/repair.ts';
import type { Status } from '../model/status.ts';
import { timelineOf } from '../model/timeline.ts';
import type { LogTail, Reply, ReplyOf, RequestOf, ShownUpdate, Snapshot, Verb, Versions } from './ipc.ts';
import { parseRequest } from './ipc-requests.ts';
import { tailLog } from './log-tail.ts';
import { type ShownError, shownError } from './shown-error.ts';
import { lastUpdateEnd } from './update-end.ts';
import { isOver } from './views.ts';

/** Updates of Hermes and of the app, by any program. */
export interface UpdatesPort {
  /** The running update. Never throws. */
  current(): Promise<ShownUpdate | undefined>;
  /** Calls back after every change. Returns the unsubscribe. */
  watch(listener: () => void): () => void;
}

export interface ControllerOptions {
  readonly manager: GatewayManager;
  /** Absent where updates are not observed. */
  readonly updates?: UpdatesPort;
  /** Identities of the profiles that may be shown; the first is the default. */
  readonly identities: readonly GatewayIdentity[];
  /** A locale of the user's region, from the regional settings of the system. */
  readonly region?: string | undefined;
  /** Versions for "Copy details" that a page cannot read. */
  readonly versions?: Versions;
  /** Shows a file in the system's file manager; absent where that is not possible. */
  readonly reveal?: ((file: string) => Promise<void> | void) | undefined;
  /** Opens a page of the system's settings, or of the documentation, by its address; absent where that is not possible. */
  readonly openExternal?: ((address: string) => Promise<void> | void) | undefined;
  /** Opens the app's own way to update Hermes; absent where it has none. */
  readonly updateHermes?: (() => Promise<void> | void) | undefined;
}

/** Number of history records in a snapshot. */
const HISTORY_SHOWN = 20;
const SIGN_IN_OPTIONS = 'ms-settings:signinoptions';

type Handlers = { readonly [V in Verb]: (request: RequestOf<V>, profile: ProfileController) => Promise<ReplyOf<V>> };

export class GatewayServiceController {
  readonly #options: ControllerOptions;
  readonly #profiles = new Map<string, ProfileController>();
  /** Ids of the updates whose end is shown no more. */
  readonly #dismissed = new Set<string>();

  constructor(options: ControllerOptions) {
    this.#options = options;
    for (const identity of options.identities)
      this.#profiles.set(identity.profile, new ProfileController(identity, options, this.#dismissed));
  }

  /** Answers a verb of the IPC schema; whatever the payload, it resolves with a reply. */
  async handle<V extends Verb>(verb: V, payload: unknown): Promise<Reply<ReplyOf<V>>> {
    try {
      const request = parseRequest(verb, payload);
      return { ok: true, value: await this.#handlers[verb](request, this.#profile(request.profile)) };
    } catch (thrown) {
      return { ok: false, error: shownError(thrown) };
    }
  }

  /** Calls back with every new snapshot of every profile. Returns the unsubscribe; without a listener nothing is watched. */
  onChanged(listener: (snapshot: Snapshot) => void): () => void {
    const stops = [...this.#profiles.values()].map(profile => profile.onChanged(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Runs an operation that is not a verb of the schema (an update); it is shown, and excludes others, as a verb does. */
  operate(profile: string, operation: Operation, work: (report: Report) => Promise<unknown>): Promise<Snapshot> {
    return this.#profile(profile).operate(operation, work);
  }

  readonly #handlers: Handlers = {
    get: (_request, profile) => profile.snapshot(),
    set: ({ on, ...choice }, profile) => {
      const { manager } = this.#options;
      return on
        ? profile.operate('install', report => manager.install(profile.identity, installWith(choice), report))
        : profile.operate('uninstall', report => manager.uninstall(profile.identity, report, uninstallWith(choice)));
    },
    preview: ({ on, ...choice }, { identity }) =>
      this.#options.manager.preview(on ? 'install' : 'uninstall', identity, on ? installWith(choice) : uninstallWith(choice)),
    start: (_request, profile) => this.#operate(profile, 'start'),
    stop: (_request, profile) => this.#operate(profile, 'stop'),
    cancelConsent: async (_request, { identity }) => {
      await this.#options.manager.cancelConsent(identity);
      return null;
    },
    stopNow: async (_request, { identity }) => {
      await this.#options.manager.stopNow(identity);
      return null;
    },
    restart: (_request, profile) => this.#operate(profile, 'restart'),
    restartWhenIdle: async (_request, { identity }) => {
      await this.#options.manager.restart(identity, undefined, { whenIdle: true });
      return null;
    },
    cancelRestart: async (_request, { identity }) => {
      await this.#options.manager.cancelRestart(identity);
      return null;
    },
    agentWork: async (_request, { identity }) => (await this.#options.manager.agentWork(identity)) ?? null,
    testRecovery: (_request, profile) => profile.testRecovery(),
    repair: (_request, profile) => profile.repair(),
    previewRepair: (_request, { identity }) => this.#previewRepair(identity),
    logs: (request, { identity }) => this.#logs(identity, request),
    reveal: (_request, { identity }) => this.#reveal(this.#options.manager.logPath(identity)),
    showConfiguration: (_request, { identity: { home } }) => this.#reveal(configurationOf(home)),
    openSignInOptions: () => this.#open(SIGN_IN_OPTIONS),
    learnMore: ({ problem }) => this.#open(problemPage(problem)),
    updateHermes: async () => {
      const { updateHermes } = this.#options;
      if (!updateHermes) throw new GatewayServiceError('unsupported', '(this app does not update Hermes)');
      await updateHermes();
      return null;
    },
    dismiss: ({ update }, profile) => {
      if (update === undefined) return profile.dismissError();
      this.#dismissed.add(update);
      for (const each of this.#profiles.values()) void each.publish();
      return profile.snapshot();
    },
    setWatchdog: async ({ on }, profile) => {
      await this.#options.manager.setWatchdog(profile.identity, on);
      return profile.refreshed();
    },
  };

  #operate(profile: ProfileController, verb: 'start' | 'stop' | 'restart'): Promise<Snapshot> {
    return profile.operate(verb, report => this.#options.manager[verb](profile.identity, report));
  }

  async #previewRepair(identity: GatewayIdentity): Promise<Receipt> {
    const { manager } = this.#options;
    const [status, foundProblems] = await Promise.all([manager.status(identity), manager.examine(identity)]);
    if (status.mechanism === 'none') throw new GatewayServiceError('not-installed', `(${identity.service})`);
    return repairReceipt(identity, status.mechanism, isDisabled(status) ? foundProblems.map(enabled) : foundProblems);
  }

  async #logs(identity: GatewayIdentity, request: RequestOf<'logs'>): Promise<LogTail> {
    const path = this.#options.manager.logPath(identity);
    return { path, ...(await tailLog(path, request)), canReveal: this.#options.reveal !== undefined };
  }

  async #reveal(file: string): Promise<null> {
    const { reveal } = this.#options;
    if (!reveal) throw new GatewayServiceError('unsupported', `(there is no file manager behind this page: ${file})`);
    await reveal(file);
    return null;
  }

  async #open(address: string): Promise<null> {
    const { openExternal } = this.#options;
    if (!openExternal) throw new GatewayServiceError('unsupported', `(this page cannot open ${address})`);
    await openExternal(address);
    return null;
  }

  #profile(name: string | undefined): ProfileController {
    const profile = name === undefined ? this.#profiles.values().next().value : this.#profiles.get(name);
    if (!profile) throw new GatewayServiceError('profile-missing', `"${name}"`);
    return profile;
  }
}

class ProfileController {
  readonly identity: GatewayIdentity;
  readonly #options: ControllerOptions;
  readonly #dismissed: ReadonlySet<string>;
  /** An update that ended before this app started is not shown. */
  readonly #sinceMs = Date.now();
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #unwatch: (() => void) | undefined;
  /** Kept current by the watch; undefined without a watch. */
  #status: Status | undefined;
  #operation: Snapshot['operation'];
  #lastError: ShownError | undefined;
  /** Of the last snapshot. */
  #phase: Status['phase'] | undefined;
  #repaired: Receipt | undefined;
  #recoveryMs: number | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor(identity: GatewayIdentity, options: ControllerOptions, dismissed: ReadonlySet<string>) {
    this.identity = identity;
    this.#options = options;
    this.#dismissed = dismissed;
  }

  onChanged(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    if (this.#unwatch) void this.publish();
    this.#unwatch ??= this.#watch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unwatch?.();
      this.#unwatch = undefined;
      this.#status = undefined;
    };
  }

  #watch(): () => void {
    const { manager, updates } = this.#options;
    const stops = [
      manager.watch(this.identity, status => {
        this.#status = status;
        void this.publish();
      }),
      updates?.watch(() => void this.publish()),
    ];
    return () => {
      for (const stop of stops) stop?.();
    };
  }

  async snapshot(): Promise<Snapshot> {
    const { manager, identities, updates, updateHermes, region, versions } = this.#options;
    const status = this.#status ?? (await manager.status(this.identity));
    if (this.#lastError && isOver(this.#lastError, this.#phase, status.phase)) this.#lastError = undefined;
    this.#phase = status.phase;
    const [history, update] = await Promise.all([manager.history(this.identity), updates?.current()]);
    const end = update ? undefined : lastUpdateEnd(history, this.#sinceMs);
    return {
      schema: 1,
      supported: status.phase !== 'unsupported',
      profile: this.identity.profile,
      profiles: identities.map(identity => identity.profile),
      status,
      mechanisms: manager.mechanisms,
      ...(updateHermes && { canUpdateHermes: true }),
      ...(this.#operation && { operation: this.#operation }),
      ...(this.#lastError && { lastError: this.#lastError }),
      ...(this.#repaired && { repaired: this.#repaired }),
      ...(this.#recoveryMs !== undefined && { recoveryMs: this.#recoveryMs }),
      ...(region && { region }),
      ...(versions && { versions }),
      history: history.slice(-HISTORY_SHOWN),
      timeline: timelineOf(history, { ms: Date.now(), isUp: status.gatewayPid !== undefined }),
      ...(update && { update }),
      ...(end && !this.#dismissed.has(end.id) && { updateEnd: end }),
    };
  }

  /** The preview of a repair announces that it enables a disabled service, which an installation does. */
  repair(): Promise<Snapshot> {
    const { manager } = this.#options;
    return this.operate('repair', async report => {
      const before = await manager.status(this.identity);
      // The mechanism stays the same.
      if (isDisabled(before) && before.mechanism !== 'none') {
        await manager.install(this.identity, { mechanism: before.mechanism }, report);
      }
      const { receipt, refused } = await manager.repair(this.identity, report);
      this.#repaired = receipt;
      if (refused) throw GatewayServiceError.fromValue(refused);
    });
  }

  testRecovery(): Promise<Snapshot> {
    return this.operate('test-recovery', async report => {
      this.#recoveryMs = (await this.#options.manager.testRecovery(this.identity, report)).backMs;
    });
  }

  async operate(verb: Operation, work: (report: Report) => Promise<unknown>): Promise<Snapshot> {
    if (this.#operation) throw new GatewayServiceError('busy', `(${this.#operation.verb})`);
    const since = new Date().toISOString();
    const show = (at: Pick<OperationProgress, 'step' | 'subject'> | undefined) => {
      this.#operation = { verb, ...(at && { step: at.step }), ...(at?.subject !== undefined && { subject: at.subject }), since };
      void this.publish();
    };
    this.#lastError = undefined;
    this.#repaired = undefined;
    this.#recoveryMs = undefined;
    show(undefined);
    try {
      await work(show);
    } catch (thrown) {
      this.#lastError = shownError(thrown, verb);
      throw thrown;
    } finally {
      this.#operation = undefined;
      await this.#readAgain();
    }
    return this.snapshot();
  }

  dismissError(): Promise<Snapshot> {
    this.#lastError = undefined;
    return this.refreshed();
  }

  /** The snapshot after a change that is no operation. */
  async refreshed(): Promise<Snapshot> {
    await this.#readAgain();
    return this.snapshot();
  }

  /** The snapshot after a change must not contain the status from before it. */
  async #readAgain(): Promise<void> {
    if (this.#unwatch) this.#status = await this.#options.manager.status(this.identity).catch(() => this.#status);
    void this.publish();
  }

  /** Publishes one snapshot after the other, so that none overtakes a newer one. Never rejects: the next one makes up for a failed one. */
  publish(): Promise<void> {
    this.#publishing = this.#publishing.then(async () => {
      if (this.#listeners.size === 0) return;
      const snapshot = await this.snapshot().catch(() => undefined);
      if (!snapshot) return;
      for (const listener of this.#listeners) {
        try {
          listener(snapshot);
        } catch {
          // A closed window must not prevent the others from receiving it.
        }
      }
    });
    return this.#publishing;
  }
}

const installWith = ({ mechanism, beforeSignIn }: Pick<RequestOf<'set'>, 'mechanism' | 'beforeSignIn'>): InstallOptions => ({
  ...(mechanism && { mechanism }),
  ...(beforeSignIn !== undefined && { beforeSignIn: beforeSignIn ? 'yes' : 'no' }),
});

const uninstallWith = ({ keepLogs = false }: Pick<RequestOf<'set'>, 'keepLogs'>): UninstallOptions => ({ keepLogs });

const isDisabled = ({ startType }: Status): boolean => startType === 'disabled';

/** A repair that a person asks for ends what the problem keeps. */
function enabled(foundProblem: FoundProblem): FoundProblem {
  if (foundProblem.problem.code !== 'start-disabled') return foundProblem;
  const { kept: _, ...rest } = foundProblem;
  const changes = foundProblem.changes.map(row => ({ ...row, action: 'change', ...noted('repaired', 'disabled', 'automatic') }) as const);
  return { ...rest, changes };
}
