/** What the tray shows, as data. Items that do not apply are left out and not greyed, as Microsoft's guideline requires. */

import type { Phase } from '../model/status.ts';
import type { ShownUpdate, Snapshot } from './ipc.ts';
import type { Catalogue, Messages, ShellMessages } from './messages.ts';
import type { AfterQuit, UpdateState } from './shell-messages.ts';
import { can, canSwitch, switchOn, type TrayIcon, trayIconOf, viewOf } from './views.ts';

/** Colour of the taskbar; the icon has the opposite one. */
export type TrayTheme = 'light' | 'dark';
/** Base name of the image files in `build/icons`. */
export type TrayImage = `tray-${TrayIcon}-${TrayTheme}`;

export type TrayCommand =
  | { readonly do: 'open' }
  | { readonly do: 'turnOn' | 'start' | 'stop' | 'stopNow' | 'restart' | 'logs' | 'copyDetails'; readonly profile: string }
  | { readonly do: 'check-for-update' | 'install-update' }
  | { readonly do: 'quit' };

export type TrayItem =
  | { readonly kind: 'separator' }
  /** Text without a command. */
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'command'; readonly label: string; readonly command: TrayCommand }
  | { readonly kind: 'menu'; readonly label: string; readonly items: readonly TrayItem[] };

export interface TrayModel {
  readonly image: TrayImage;
  /** At most `TOOLTIP_LIMIT` UTF-16 units. */
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
  /** Label of an item that quits the app; it says what becomes of the gateways. */
  readonly quitLabel: string;
}

export interface TrayInput extends Catalogue {
  readonly appName: string;
  /** The last snapshot of every profile, in the order of the profiles; empty until the first arrives. The menu has the worst one first. */
  readonly snapshots: readonly Snapshot[];
  readonly theme: TrayTheme;
  /** Absent where the app has no updater. */
  readonly update?: UpdateState | undefined;
  /** The items of the app itself that the menu contains. */
  readonly offers: { readonly open: boolean; readonly quit: boolean };
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Of NOTIFYICONDATAW: 128 UTF-16 units with the terminator. */
export const TOOLTIP_LIMIT = 127;

/** Of several profiles, the icon with the largest weight is shown. Stopped is the smallest, because the user has stopped it. */
const WEIGHT: Readonly<Record<TrayIcon, number>> = { error: 4, warning: 3, busy: 2, running: 1, stopped: 0 };

/** Every mechanism goes on without the app. */
const AFTER_QUIT: Readonly<Record<Phase, AfterQuit>> = {
  'not-installed': 'nothing',
  stopped: 'stays-stopped',
  starting: 'starts',
  running: 'runs',
  degraded: 'runs',
  restarting: 'starts-again',
  'waiting-for-sign-in': 'starts-at-sign-in',
  'held-for-update': 'starts-again',
  stopping: 'stops',
  failed: 'stays-stopped',
  'needs-attention': 'stays-stopped',
  'removal-pending': 'nothing',
  foreign: 'nothing',
  unsupported: 'nothing',
  unknown: 'nothing',
};

const SEPARATOR: TrayItem = { kind: 'separator' };

export function trayModel(input: TrayInput): TrayModel {
  const { appName, theme, messages, shell } = input;
  const snapshots = [...input.snapshots].sort((one, other) => WEIGHT[trayIconOf(other)] - WEIGHT[trayIconOf(one)]);
  const [worst] = snapshots;
  const running = updateOf(snapshots);
  const quitLabel = shell.tray.quit(appName, ...afterQuitting(snapshots));
  const tooltip = running ? messages.update.title(running) : shell.tray.tooltip(snapshots);
  return {
    image: `tray-${worst ? trayIconOf(worst) : 'busy'}-${theme}`,
    tooltip: tooltip.length <= TOOLTIP_LIMIT ? tooltip : `${tooltip.slice(0, TOOLTIP_LIMIT - 1)}…`,
    menu: menuOf({ ...input, snapshots }, quitLabel),
    quitLabel,
  };
}

/** All snapshots have the same update. */
function updateOf(snapshots: readonly Snapshot[]): ShownUpdate | undefined {
  return snapshots.find(({ update }) => update !== undefined)?.update;
}

/** The running update, or how the last one ended. */
function updateLines({ snapshots, messages, now }: TrayInput): TrayItem[] {
  const running = updateOf(snapshots);
  const end = snapshots.find(({ updateEnd }) => updateEnd !== undefined)?.updateEnd;
  const lines = running
    ? [messages.update.title(running), messages.update.step[running.step]]
    : end
      ? [messages.update.end(end, now).message]
      : [];
  return lines.map(label => ({ kind: 'text', label }));
}

/** What becomes of the gateways, or of an update, when the app quits, and of how many gateways. */
function afterQuitting(snapshots: readonly Snapshot[]): [after: AfterQuit, gateways: number] {
  const running = updateOf(snapshots);
  if (running) return [running.own && running.step !== 'handed-off' ? 'update-ends' : 'update-continues', snapshots.length];
  const fates = snapshots.map(afterQuittingOne).filter(fate => fate !== 'nothing');
  const [fate = 'nothing', another] = new Set(fates);
  return [another ? 'differ' : fate, fates.length];
}

/** Nothing is said where the app itself is at work, or where another program or the next sign-in decides. */
function afterQuittingOne({ status, operation }: Snapshot): AfterQuit {
  const { phase, desired, problems } = status;
  const isServed = problems.some(({ code }) => code === 'profile-served' || code === 'service-superfluous');
  const isDown = phase === 'stopped' || phase === 'stopping';
  return operation || isServed || (isDown && desired === 'running') ? 'nothing' : AFTER_QUIT[phase];
}

function menuOf(input: TrayInput, quitLabel: string): TrayItem[] {
  const { appName, snapshots, messages, shell, update, offers } = input;
  const open: TrayItem[] = offers.open ? [{ kind: 'command', label: shell.tray.open(appName), command: { do: 'open' } }] : [];
  const [only, another] = snapshots;
  const groups: TrayItem[][] = [];
  if (!only) groups.push([{ kind: 'text', label: messages.asking }, ...open]);
  else if (another)
    groups.push(
      open,
      snapshots.map(snapshot => profileMenu(snapshot, messages, shell)),
    );
  else groups.push([{ kind: 'text', label: shell.tray.title(only) }, ...open], commandsOf(only, messages, shell));
  groups.push(updateLines(input));
  // One update at a time.
  if (update !== undefined && !updateOf(snapshots)) groups.push([updateItem(update, shell)]);
  if (offers.quit) groups.push([{ kind: 'command', label: quitLabel, command: { do: 'quit' } }]);
  return groups.filter(group => group.length > 0).flatMap((group, index) => (index === 0 ? group : [SEPARATOR, ...group]));
}

function profileMenu(snapshot: Snapshot, messages: Messages, shell: ShellMessages): TrayItem {
  const label = shell.tray.title(snapshot);
  const items = commandsOf(snapshot, messages, shell);
  return items.length > 0 ? { kind: 'menu', label, items } : { kind: 'text', label };
}

function commandsOf(snapshot: Snapshot, messages: Messages, { tray }: ShellMessages): TrayItem[] {
  const { profile, status } = snapshot;
  const { switchOn: isOn } = viewOf(status);
  const isTroubled = ['warning', 'error'].includes(trayIconOf(snapshot));
  const item = (verb: Extract<TrayCommand, { profile: string }>['do'], label: string): TrayItem => ({
    kind: 'command',
    label,
    command: { do: verb, profile },
  });
  const verbs = (['start', 'restart', 'stop', 'stopNow'] as const).filter(verb => can(verb, snapshot));
  return [
    ...(canSwitch(snapshot) && !switchOn(snapshot) ? [item('turnOn', tray.turnOn)] : []),
    ...verbs.map(verb => item(verb, messages.action(verb, status.phase))),
    ...(isOn ? [item('logs', tray.logs)] : []),
    ...(isOn || isTroubled ? [item('copyDetails', tray.copyDetails)] : []),
  ];
}

function updateItem(update: UpdateState, { tray }: ShellMessages): TrayItem {
  const label = tray.update[update];
  if (update === 'none') return { kind: 'command', label, command: { do: 'check-for-update' } };
  if (update === 'ready') return { kind: 'command', label, command: { do: 'install-update' } };
  return { kind: 'text', label };
}
