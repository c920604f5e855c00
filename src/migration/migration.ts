/**
 * Takes over from what started a gateway before, and restores it: a transaction that survives being killed at any point.
 *
 * On:  record → ours is registered → theirs are removed, one by one → ours is started.
 * Off: ours is stopped → theirs are restored, one by one → ours is unregistered → the record is removed with the state folder.
 *
 * At every moment at least one of them starts the gateway at the next sign-in. For a moment there are two, which is safe, because a gateway
 * refuses to run beside another one of its home; with none the gateway would stay down unnoticed. Everything that will be removed is
 * recorded before the first step, each step checks before it acts, and the record stays until ours is gone: run again after a kill, the
 * migration does what is left.
 *
 * It does only what the user who runs it may do. The elevated step does what needs rights, and finds it by itself.
 */

import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { livingGateway } from '../gateway/identity-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { noted, type ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import { writeIfMissing } from '../state/files.ts';
import { lockHolder } from '../state/lock.ts';
import { StateFolder } from '../state/state-folder.ts';
import { lately } from './autostart-cache.ts';
import { type Autostart, type AutostartOwner, type Found, findAutostarts } from './autostarts.ts';
import type { FormerAutostart } from './former-autostart.ts';
import {
  type MigrationRecord,
  migrationFile,
  NOTHING_TAKEN,
  readMigration,
  recordToWrite,
  withTaken,
  writeMigration,
} from './migration-record.ts';
import { planReceipt, puttingBackPlan, takingPlan } from './plan.ts';
import type { Ports } from './ports.ts';
import { writeTask } from './task-xml.ts';

export interface MigrationOptions {
  readonly ports: Ports;
  readonly owner: AutostartOwner;
  /** Folder of all state folders. */
  readonly stateRoot: string;
  readonly processes: ProcessTable;
}

/** How long a lock of a process that only looks is awaited, in milliseconds. */
const LOOK_MS = 2_000;

export class Migration implements FormerAutostart {
  readonly #options: MigrationOptions;
  readonly #lately: ReturnType<typeof lately>;

  constructor(options: MigrationOptions) {
    this.#options = options;
    this.#lately = lately(options.ports);
  }

  /** Everything beside ours that starts this gateway, and what only has its name. */
  find({ service }: GatewayIdentity): Promise<Found> {
    const { ports, owner } = this.#options;
    return findAutostarts(ports, service, owner);
  }

  async receipt(verb: 'install' | 'uninstall', identity: GatewayIdentity): Promise<readonly ReceiptRow[]> {
    const found = await this.find(identity);
    if (verb === 'install') return [...this.#unmanaged(identity), ...planReceipt(takingPlan(found), found.unasked)];
    const record = await readMigration(this.#folder(identity));
    return planReceipt(puttingBackPlan(record, found), found.unasked);
  }

  async present({ service }: GatewayIdentity): Promise<readonly Problem[]> {
    const looking = findAutostarts(this.#lately.lists, service, this.#options.owner);
    const found = await Promise.race([looking, delay(LOOK_MS, undefined, { ref: false })]);
    const names = found?.autostarts.map(({ name }) => name) ?? [];
    return names.length > 0 ? [problem('started-otherwise', `(${names.join(', ')})`)] : [];
  }

  async problems(identity: GatewayIdentity): Promise<readonly Problem[]> {
    const { left, unasked, settled } = await readMigration(this.#folder(identity)).catch(() => NOTHING_TAKEN);
    return [
      ...left.map(({ name }) => problem('autostart-left', `(${name})`)),
      ...unasked.map(({ why }) => problem('autostart-unasked', `(${why})`)),
      ...(settled || left.length > 0 ? [] : [problem('autostart-left')]),
    ];
  }

  async examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]> {
    const found = await this.find(identity);
    const steps = takingPlan(found).filter(({ action }) => action === 'take');
    const unasked = found.unasked.map(({ why }) => ({ problem: problem('autostart-unasked', `(${why})`), changes: [] }));
    if (steps.length > 0) {
      const { left } = await readMigration(this.#folder(identity)).catch(() => NOTHING_TAKEN);
      const names = found.autostarts.map(({ name }) => name).join(', ');
      const elevated = left.length > 0 || found.autostarts.some(({ kind }) => kind === 'service');
      return [{ problem: { ...problem('autostart-left', `(${names})`), elevated }, changes: planReceipt(steps, []) }, ...unasked];
    }
    // What the record still contains was removed by another program.
    const [told] = unasked.length > 0 ? [] : await this.problems(identity);
    if (!told) return unasked;
    const target = migrationFile(this.#folder(identity));
    return [{ problem: { ...told, elevated: false }, changes: [{ action: 'change', kind: 'file', target, ...noted('stale') }] }];
  }

  /**
   * A wrapper restarts its gateway at once, as ours does: where it cannot be disabled, each would end the gateway of the other for ever.
   */
  async checkRights(identity: GatewayIdentity, elevated: boolean): Promise<void> {
    if (elevated) return;
    const { ports, owner } = this.#options;
    const [wrapper] = (await findAutostarts({ services: ports.services }, identity.service, owner)).autostarts;
    if (wrapper) throw new GatewayServiceError('mechanism-in-charge', `(the service ${wrapper.name})`);
  }

  async remember(identity: GatewayIdentity): Promise<void> {
    const { autostarts } = await this.find(identity);
    if (autostarts.length === 0) return;
    const folder = this.#folder(identity);
    await writeMigration(folder, { ...withTaken(await recordToWrite(folder), autostarts), settled: false });
  }

  async takeOver(identity: GatewayIdentity, report: Report): Promise<void> {
    this.#lately.forget();
    const folder = this.#folder(identity);
    const found = await this.find(identity);
    const steps = takingPlan(found).flatMap(step => (step.action === 'take' ? [step.autostart] : []));
    let record = withTaken(await recordToWrite(folder), steps);
    const known = record.left.length > 0 || record.unasked.length > 0;
    if (!known && record.taken.length === 0 && found.unasked.length === 0) return;
    record = { ...record, left: [], unasked: found.unasked, settled: false };
    await writeMigration(folder, record);
    for (const autostart of steps) {
      report(progress('install', 'taking-over', autostart.name));
      if (!(await this.#take(autostart))) record = withLeft(record, autostart);
    }
    await writeMigration(folder, { ...record, settled: true });
  }

  async restore(identity: GatewayIdentity, report: Report): Promise<readonly string[]> {
    this.#lately.forget();
    const failed: string[] = [];
    const record = await readMigration(this.#folder(identity)).catch((error: Error) => {
      // A record that cannot be read must not prevent switching off.
      failed.push(error.message);
      return NOTHING_TAKEN;
    });
    if (record.taken.length === 0) return failed;
    for (const step of puttingBackPlan(record, await this.find(identity))) {
      if (step.action !== 'put-back') continue;
      report(progress('uninstall', 'putting-back', step.autostart.name));
      if (!(await this.#putBack(step.autostart))) failed.push(step.autostart.name);
    }
    return failed;
  }

  /** Whether it starts nothing any more. */
  #take({ kind, name }: Autostart): Promise<boolean> {
    const { tasks, startup, services } = this.#options.ports;
    const taking = { task: () => tasks.remove(name), 'startup-entry': () => startup.remove(name), service: () => services.disable(name) };
    return taking[kind]().catch(() => false);
  }

  async #putBack(autostart: Autostart): Promise<boolean> {
    const { ports, owner } = this.#options;
    try {
      // Hermes may have written a newer launcher since; that launcher stays.
      for (const { file, text } of autostart.launchers) await writeIfMissing(file, Buffer.from(text));
      if (autostart.kind === 'task') return await ports.tasks.create(autostart.name, writeTask(autostart.task, owner.user));
      if (autostart.kind === 'startup-entry') return await ports.startup.write(autostart.name, Buffer.from(autostart.content, 'base64'));
      return false;
    } catch {
      return false;
    }
  }

  /** A gateway of this home that runs without us is stopped when ours starts. */
  #unmanaged(identity: GatewayIdentity): readonly ReceiptRow[] {
    const { processes } = this.#options;
    const gateway = livingGateway(identity.home, processes);
    const { runnerLock } = new StateFolder(this.#folder(identity));
    if (!gateway?.certain || lockHolder(runnerLock, processes)) return [];
    return [{ action: 'stop', kind: 'process', target: `gateway (PID ${gateway.pid})`, ...noted('gateway-gives-way') }];
  }

  #folder({ service }: GatewayIdentity): string {
    return path.join(this.#options.stateRoot, service);
  }
}

function withLeft(record: MigrationRecord, { kind, name }: Autostart): MigrationRecord {
  return { ...record, left: [...record.left, { kind, name }] };
}
