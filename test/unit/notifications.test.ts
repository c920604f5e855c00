// Buttons of notifications over the fake Electron: only where their click is reported, and each notification is answered once.
import { describe, expect, it } from 'vitest';
import { Notifications, showsButtons } from '../../main/notifications.ts';
import type { ShellCommand } from '../../src/desktop/shell-command.ts';
import { shellEn } from '../../src/desktop/shell-messages.ts';
import { FakeElectron } from '../support/fake-electron.ts';

const OLD = class extends new FakeElectron().Notification {
  static override handleActivation = undefined;
};

function shown(platform: NodeJS.Platform, Notification?: typeof OLD) {
  const electron = new FakeElectron();
  const chosen: ShellCommand[] = [];
  const notifications = new Notifications({
    Notification: Notification ?? electron.Notification,
    platform,
    shell: shellEn,
    attended: () => false,
    onChosen: command => chosen.push(command),
  });
  const announce = (profile: string | undefined, actions: ('showCause' | 'tryNow')[]) => {
    notifications.announce(profile, { title: 'failed', body: 'It failed.' }, actions);
    const notification = electron.notifications.at(-1);
    if (!notification) throw new Error('nothing was shown');
    return notification;
  };
  return { announce, chosen };
}

describe('buttons of a notification', () => {
  it.each([
    ['darwin', false, true],
    ['win32', true, true],
    // An older Electron shows them on Windows, and does not report their click.
    ['win32', false, false],
    ['linux', true, false],
  ] as const)('are shown on %s (from Electron 42 on: %s): %s', (platform, isNew, expected) => {
    expect(showsButtons(platform, isNew ? new FakeElectron().Notification : OLD)).toBe(expected);
    const { announce } = shown(platform);
    const texts = announce('work', ['showCause', 'tryNow']).actions?.map(({ text }) => text);
    if (isNew || platform === 'darwin') expect(texts).toEqual(expected ? ['Show cause', 'Try now'] : undefined);
  });

  it('do for the profile of the notification what they say', () => {
    const { announce, chosen } = shown('win32');
    announce('work', ['showCause', 'tryNow']).press('Try now');
    announce('default', ['showCause', 'tryNow']).press('Show cause');
    expect(chosen).toEqual([
      { do: 'tryNow', profile: 'work' },
      { do: 'showCause', profile: 'default' },
    ]);
  });

  it('are not needed: a click anywhere else shows the cause, or the profile where there is no cause', () => {
    const { announce, chosen } = shown('linux');
    announce('work', ['showCause', 'tryNow']).click();
    announce('work', []).click();
    announce(undefined, []).click();
    expect(chosen).toEqual([{ do: 'showCause', profile: 'work' }, { do: 'show', profile: 'work' }, { do: 'open' }]);
  });

  it('count once, where Windows reports one click in two ways', () => {
    const { announce, chosen } = shown('win32');
    const notification = announce('work', ['showCause', 'tryNow']);
    notification.press('Try now');
    notification.press('Try now');
    notification.click();
    expect(chosen).toEqual([{ do: 'tryNow', profile: 'work' }]);
  });
});
