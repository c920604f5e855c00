// electron-updater behind the port: what the tray hears of it, and that nothing is installed behind our back.
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type AutoUpdaterPort, electronUpdater } from '../../main/updater/electron-updater.ts';

class FakeAutoUpdater extends EventEmitter implements AutoUpdaterPort {
  autoInstallOnAppQuit = true;
  readonly asked: unknown[] = [];
  /** What quitAndInstall does. */
  onQuit = () => undefined as unknown;

  async checkForUpdates(): Promise<void> {
    this.asked.push('check');
  }

  quitAndInstall(...options: unknown[]): void {
    this.asked.push(options);
    this.onQuit();
  }
}

function setup() {
  const autoUpdater = new FakeAutoUpdater();
  const updater = electronUpdater(autoUpdater);
  const states: string[] = [];
  updater.onChanged(() => states.push(updater.state));
  return { autoUpdater, updater, states };
}

describe('electron-updater', () => {
  it('never installs an update when the app only quits', () => {
    expect(setup().autoUpdater.autoInstallOnAppQuit).toBe(false);
  });

  it('reports to the tray its current step and the version that is ready', async () => {
    const { autoUpdater, updater, states } = setup();
    await updater.check();
    autoUpdater.emit('checking-for-update');
    autoUpdater.emit('update-available', { version: '0.20' });
    expect(updater.version).toBeUndefined();
    autoUpdater.emit('update-downloaded', { version: '0.20' });
    expect(states).toEqual(['checking', 'downloading', 'ready']);
    expect([updater.version, autoUpdater.asked]).toEqual(['0.20', ['check']]);
  });

  it.each([
    ['no update', 'update-not-available'],
    ['check failed', 'error'],
  ])('returns to idle after a check (%s) and keeps the downloaded update', (_name, event) => {
    const { autoUpdater, updater } = setup();
    autoUpdater.emit('checking-for-update');
    autoUpdater.emit(event, new Error('offline'));
    expect(updater.state).toBe('none');
    autoUpdater.emit('update-downloaded', { version: '0.20' });
    autoUpdater.emit('checking-for-update');
    autoUpdater.emit(event, new Error('offline'));
    expect(updater.state).toBe('ready');
  });

  it.each<[string, (autoUpdater: FakeAutoUpdater) => void]>([
    [
      'throws',
      () => {
        throw new Error('no installer');
      },
    ],
    ['reports the error at once', autoUpdater => autoUpdater.emit('error', new Error('no installer'))],
    ['reports the error later', autoUpdater => void setImmediate(() => autoUpdater.emit('error', new Error('no installer')))],
  ])('reports a failed installation when electron-updater %s', async (_name, onQuit) => {
    const { autoUpdater, updater } = setup();
    autoUpdater.onQuit = () => onQuit(autoUpdater);
    await expect(updater.install()).rejects.toMatchObject({
      code: 'update-not-installed',
      message: expect.stringContaining('no installer'),
    });
    expect(autoUpdater.asked).toEqual([[false, true]]);
    expect(autoUpdater.listenerCount('error')).toBe(1);
  });
});
