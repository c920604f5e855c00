/** The texts of a desktop shell: tray, notifications, quitting. Separate, so that the panel does not include them. */

import type { LastExit } from '../model/status.ts';
import { explainEnd } from './messages-en-ends.ts';
import type { AlertKind } from './notification-model.ts';

/** State of the app's updater, not of Hermes'. */
export type UpdateState = 'none' | 'checking' | 'downloading' | 'ready';

export interface Announcement {
  readonly title: string;
  readonly body: string;
}

/** What continues when the app quits. An update that the app itself runs ends with it, and the gateways start again. */
export type AfterQuit = 'nothing' | 'gateway-runs' | 'update-ends' | 'update-continues';

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

const AFTER_QUIT: Readonly<Record<AfterQuit, string>> = {
  nothing: '',
  'gateway-runs': ' (the gateway keeps running)',
  'update-ends': ' (the update stops, the gateway starts again)',
  'update-continues': ' (the update continues)',
};

export const shellEn = {
  tray: {
    open: (appName: string) => `Open ${appName}`,
    logs: 'Open logs',
    quit: (appName: string, after: AfterQuit) => `Quit ${appName}${AFTER_QUIT[after]}`,
    update: {
      none: 'Check for updates',
      checking: 'Checking for updates…',
      downloading: 'Downloading an update…',
      ready: 'Restart to update',
    } satisfies Record<UpdateState, string>,
  },
  /** Names the profile where it is not the default one. `end` is the last end of the gateway. */
  alert: (kind: AlertKind, profile: string, end?: LastExit): Announcement => {
    const { title, body } = ALERTS[kind];
    const isAboutEnd = kind !== 'recovered' && kind !== 'removal-pending';
    const known = isAboutEnd ? explainEnd(end) : undefined;
    const quoted = isAboutEnd && end?.cause !== undefined ? `${end.cause.replace(/\.$/, '')}. ` : '';
    return {
      title: `Hermes gateway${profile === 'default' ? '' : ` (${profile})`} ${title}`,
      body: known ? `${known.message} ${known.remedy}` : `${quoted}${body}`,
    };
  },
  /** The setting of the app, not of the gateway. */
  loginItem: {
    title: 'Open this app when you sign in',
    description: 'Shows only its icon in the notification area. The gateway runs without it.',
    failed: 'This could not be changed.',
  },
  /** Shown once, when the window is closed to the tray for the first time. */
  closedToTray: (appName: string): Announcement => ({
    title: `${appName} stays in the notification area`,
    body: 'Click its icon to open it again. Quit is in the menu of the icon.',
  }),
};
