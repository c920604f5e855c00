/**
 * Every autostart of one gateway that is not ours: Hermes' own task and Startup entries, and services that people made with a wrapper. An
 * autostart counts when it starts a gateway of this home. What only has such a name is reported and never changed.
 */

import type { Environment } from '../gateway/environment.ts';
import { plainName, type ServiceName } from '../model/identity.ts';
import {
  commandOf,
  type GatewayLaunch,
  gatewayLaunch,
  homeOfLauncher,
  isHermesName,
  type LaunchOwner,
  launchedService,
  readLauncher,
  scriptOf,
} from './gateway-launch.ts';
import type { Autostart, MigrationRecord } from './migration-record.ts';
import type { Ports, ScheduledTask, StartupFile } from './ports.ts';
import { decodeText, readTask } from './task-xml.ts';
import type { WrappedService } from './wrapped-service.ts';

/** Something that has one of Hermes' names and is left alone, with the reason. */
interface LookAlike {
  readonly kind: Autostart['kind'];
  readonly name: string;
  readonly why: 'starts-something-else' | 'another-user' | 'unreadable';
}

export interface Found {
  readonly autostarts: readonly Autostart[];
  readonly lookAlikes: readonly LookAlike[];
  readonly unasked: MigrationRecord['unasked'];
}

/** What starts with Windows and may start a gateway. */
export interface Listing extends Pick<Found, 'unasked'> {
  readonly tasks: readonly ScheduledTask[];
  readonly files: readonly StartupFile[];
  readonly services: readonly WrappedService[];
}

/** Whose autostarts are searched for. */
export interface AutostartOwner extends LaunchOwner {
  /** As a task names the user. */
  readonly user: string;
  /** Whether a SID or an account name means this user. */
  isUser(account: string): boolean;
  /** The text of a launcher; undefined where there is none, or where files of a user must not be read. */
  readText(file: string): string | undefined;
}

/** The prefix of the names of Hermes' tasks. */
const TASKS = 'Hermes_Gateway';
/** A Startup entry starts a launcher, which starts the gateway. */
const MAX_SCRIPTS = 3;
const ENTRY = /\.(vbs|js|cmd|bat|lnk|tmp)$/i;

/** What cannot be queried is reported as `unasked`. */
export async function listAutostarts({ tasks, startup, services }: Partial<Ports>): Promise<Listing> {
  const unasked: { kind: Autostart['kind']; why: string }[] = [];
  const ask = async <T>(kind: Autostart['kind'], answer: Promise<readonly T[]> | undefined): Promise<readonly T[]> => {
    try {
      return (await answer) ?? [];
    } catch (error) {
      unasked.push({ kind, why: (error as Error).message });
      return [];
    }
  };
  const [foundTasks, files, wrapped] = await Promise.all([
    ask('task', tasks?.find(TASKS)),
    ask('startup-entry', startup?.list()),
    ask('service', services?.find()),
  ]);
  return { tasks: foundTasks, files, services: wrapped, unasked };
}

/** @param service the name of our service for the gateway */
export function findAutostarts({ tasks, files, services, unasked }: Listing, service: ServiceName, owner: AutostartOwner): Found {
  const gateway = plainName(service);
  const all = [
    ...tasks.flatMap(task => taskAutostart(task, gateway, owner) ?? []),
    ...files.flatMap(file => entryAutostart(file, gateway, owner) ?? []),
    ...services.flatMap(each => serviceAutostart(each, gateway, owner) ?? []),
  ];
  return {
    autostarts: all.flatMap(each => ('why' in each ? [] : [each])),
    lookAlikes: all.flatMap(each => ('why' in each ? [each] : [])),
    unasked,
  };
}

function taskAutostart({ name, xml }: ScheduledTask, service: ServiceName, owner: AutostartOwner): Autostart | LookAlike | undefined {
  if (!isHermesName(name)) return undefined;
  const lookAlike = (why: LookAlike['why']): LookAlike => ({ kind: 'task', name, why });
  if (xml === undefined) return lookAlike('unreadable');
  const task = readTask(xml);
  if (!task) return lookAlike('starts-something-else');
  const { fields, user, group } = task;
  const started = followed(commandOf(fields.command, fields.args), {}, owner);
  const startedService = started && launchedService(started.launch, owner);
  const isOwners = !group && (user === undefined || owner.isUser(user));
  if (!isOwners) return startedService === undefined || startedService === service ? lookAlike('another-user') : undefined;
  if (startedService === undefined) return lookAlike('starts-something-else');
  return startedService === service ? { kind: 'task', name, task: fields, launchers: started?.launchers ?? [] } : undefined;
}

function entryAutostart(file: StartupFile, service: ServiceName, owner: AutostartOwner): Autostart | LookAlike | undefined {
  const { name, content, command } = file;
  if (!ENTRY.test(name)) return undefined;
  const text = () => decodeText(content, bytes => bytes.toString());
  const started = command ? followed(command, {}, owner) : followedScript({ file: name, text: text() }, {}, owner, MAX_SCRIPTS);
  const startedService = started && launchedService(started.launch, owner);
  if (startedService === service)
    return { kind: 'startup-entry', name, content: content.toString('base64'), launchers: started?.launchers ?? [] };
  return startedService === undefined && isHermesName(name) ? { kind: 'startup-entry', name, why: 'starts-something-else' } : undefined;
}

function serviceAutostart(wrapped: WrappedService, service: ServiceName, owner: AutostartOwner): Autostart | undefined {
  const { name, command, env, account, packaged } = wrapped;
  const started = followed(command, env, owner);
  // A gateway without a configured home serves the account that it runs as; one of a package, the user of the package.
  if (!started || (started.launch.home === undefined && !packaged && !owner.isUser(account))) return undefined;
  if (launchedService(started.launch, owner) !== service) return undefined;
  return { kind: 'service', name, launchers: [], ...(packaged && { packaged }) };
}

interface Followed extends Pick<Autostart, 'launchers'> {
  readonly launch: GatewayLaunch;
}

/** What a command finally starts, through the scripts that it runs. */
function followed(argv: readonly string[], env: Environment, owner: AutostartOwner, scripts = MAX_SCRIPTS): Followed | undefined {
  const launch = gatewayLaunch(argv, env);
  if (launch) return { launch, launchers: [] };
  const script = scriptOf(argv);
  if (script === undefined || scripts === 0) return undefined;
  const text = owner.readText(script);
  if (text !== undefined) {
    const further = followedScript({ file: script, text }, env, owner, scripts);
    return further && { ...further, launchers: [{ file: script, text }, ...further.launchers] };
  }
  // A launcher that an update has deleted, or that must not be read: its folder says its home.
  const home = homeOfLauncher(script);
  return home === undefined ? undefined : { launch: { home }, launchers: [] };
}

function followedScript(
  { file, text }: Autostart['launchers'][number],
  before: Environment,
  owner: AutostartOwner,
  scripts: number,
): Followed | undefined {
  const { env, commands } = readLauncher(text, file);
  for (const command of commands) {
    const found = followed(command, { ...before, ...env }, owner, scripts - 1);
    if (found) return found;
  }
  return undefined;
}
