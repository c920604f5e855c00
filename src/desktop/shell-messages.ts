/** The texts of a desktop shell: tray, notifications, quitting. Separate, so that the panel does not include them. */

import type { Snapshot } from './ipc.ts';
import { en } from './messages-en.ts';
import { because, explainEnd } from './messages-en-ends.ts';
import { countProblems } from './messages-en-failures.ts';
import { describeDown } from './messages-en-platforms.ts';
import type { AlertAction, AlertKind } from './notification-model.ts';
import { hasEnded } from './views.ts';

/** State of the app's updater, not of Hermes'. */
export type UpdateState = 'none' | 'checking' | 'downloading' | 'ready';

export interface Announcement {
  readonly title: string;
  readonly body: string;
}

/**
 * What becomes of the gateways when the app quits; `differ` where it is not the same for all. An update that the app itself runs ends with
 * it, and the gateways start again.
 */
export type AfterQuit =
  | 'nothing'
  | 'runs'
  | 'starts'
  | 'starts-again'
  | 'starts-at-sign-in'
  | 'stops'
  | 'stays-stopped'
  | 'differ'
  | 'update-ends'
  | 'update-continues';

type Named = Pick<Snapshot, 'profile' | 'profiles' | 'status'>;
type Shown = Named & Pick<Snapshot, 'operation'>;

const ALERTS: Readonly<Record<AlertKind, Announcement>> = {
  'crash-loop': { title: 'keeps failing', body: 'It is restarted again and again. Read the log to see why it ends.' },
  configuration: {
    title: 'needs attention',
    body: 'Hermes refuses its configuration, so it is not restarted. Fix the configuration, then start the gateway.',
  },
  failed: { title: 'failed', body: 'It is not restarted. Open Hermes to see why, and to start it.' },
  'bad-update': {
    title: 'fails since an update',
    body: 'It is not restarted any more. Roll back the update or repair Hermes, then start the gateway. Read the log to see why it ends.',
  },
  'removal-pending': { title: 'is being removed', body: 'Close Services and Task Manager, or restart Windows, to finish.' },
  recovered: { title: 'runs again', body: 'No action is needed.' },
};

/** For one gateway, and for several. */
const AFTER_QUIT: Readonly<Record<AfterQuit, readonly [one: string, several: string]>> = {
  nothing: ['', ''],
  runs: [' (the gateway keeps running)', ' (the gateways keep running)'],
  starts: [' (the gateway still starts)', ' (the gateways still start)'],
  'starts-again': [' (the gateway starts again by itself)', ' (the gateways start again by themselves)'],
  'starts-at-sign-in': [' (the gateway starts when you sign in)', ' (the gateways start when you sign in)'],
  stops: [' (the gateway still stops)', ' (the gateways still stop)'],
  'stays-stopped': [' (the gateway stays stopped)', ' (the gateways stay stopped)'],
  differ: ['', ' (nothing changes for the gateways)'],
  'update-ends': [' (the update stops, the gateway starts again)', ' (the update stops, the gateways start again)'],
  'update-continues': [' (the update continues)', ' (the update continues)'],
};

/** Where there are several profiles, each is named. */
const named = ({ profile, profiles }: Named): string =>
  `Hermes gateway${profile === 'default' && profiles.length < 2 ? '' : ` (${profile})`}`;

/** One or two words, and how many problems a gateway has that runs. */
function stateOf({ status, operation }: Shown): string {
  if (operation) return en.operation({ verb: operation.verb });
  const problems = status.phase === 'running' ? countProblems(status) : undefined;
  return `${en.phase[status.phase]}${problems ? `, ${problems}` : ''}`;
}

/** Why it is so, where that is known. */
function reasonOf({ status, operation }: Shown): string {
  // Where it starts or stops for long.
  if (status.lastLine !== undefined) return `. It printed: ${status.lastLine}`;
  if (operation) return '';
  const { phase, problems } = status;
  const down = phase === 'running' || phase === 'degraded' ? describeDown(status) : undefined;
  if (down !== undefined) return `. ${down}`;
  const failsAgain = phase === 'running' && problems.some(({ code }) => code === 'crash-loop');
  return phase === 'restarting' || hasEnded(status) || failsAgain ? because(status.lastExit) : '';
}

const title = (shown: Shown): string => `${named(shown)}: ${stateOf(shown)}`;

export const shellEn = {
  tray: {
    open: (appName: string) => `Open ${appName}`,
    /** Names a gateway and its state. */
    title,
    /** The first gateway with the reason of its state, the others without; the tray cuts it at the length that Windows shows. */
    tooltip: ([first, ...others]: readonly Shown[]) =>
      first ? [`${title(first)}${reasonOf(first)}`, ...others.map(other => `${other.profile}: ${stateOf(other)}`)].join('\n') : en.asking,
    turnOn: 'Turn on…',
    logs: 'Open logs',
    copyDetails: 'Copy details',
    quit: (appName: string, after: AfterQuit, gateways = 1) => `Quit ${appName}${AFTER_QUIT[after][gateways > 1 ? 1 : 0]}`,
    update: {
      none: 'Check for updates',
      checking: 'Checking for updates…',
      downloading: 'Downloading an update…',
      ready: 'Restart to update',
    } satisfies Record<UpdateState, string>,
  },
  /** With what the last end of the gateway was, where it is about that. */
  alert: (kind: AlertKind, gateway: Named): Announcement => {
    const { lastExit: end } = gateway.status;
    const { title, body } = ALERTS[kind];
    const isAboutEnd = kind !== 'recovered' && kind !== 'removal-pending';
    const known = isAboutEnd ? explainEnd(end) : undefined;
    const quoted = isAboutEnd && end?.cause !== undefined ? `${end.cause.replace(/\.$/, '')}. ` : '';
    return { title: `${named(gateway)} ${title}`, body: known ? `${known.message} ${known.remedy}` : `${quoted}${body}` };
  },
  /** The buttons of a notification. */
  alertAction: { showCause: 'Show cause', tryNow: 'Try now' } satisfies Record<AlertAction, string>,
  /** Shown once, when the window is closed to the tray for the first time. */
  closedToTray: (appName: string): Announcement => ({
    title: `${appName} stays in the notification area`,
    body: 'Click its icon to open it again. Quit is in the menu of the icon.',
  }),
};
