// Shortcuts, the Startup folder and Windows' switch for what lies in it, asked through koffi inside Wine. Wine's Explorer has no desktop
// without a screen, so the last step of starting a program through it is shown with a shell of another process; that no job of the caller
// holds what Explorer starts is proved on Windows only.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { attempt, call } from './call.ts';
import { describeOnWine, until } from './suite.ts';

const SHELL_FOLDERS = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders';
const APPROVED = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\StartupFolder';

describeOnWine('the Startup folder', rig => {
  const set = (key: string, name: string, type: string, data: string) =>
    rig().run(['reg', 'add', key, '/v', name, '/t', type, '/d', data, '/f']);

  it('finds the Startup folder where Windows has it, and where the user or a policy has redirected it, even when it does not exist', async () => {
    const standard = await call(rig(), 'startup-folder', 'startupFolder');
    expect(standard.toLowerCase()).toMatch(/\\appdata\\roaming\\microsoft\\windows\\start menu\\programs\\startup$/);
    await set(SHELL_FOLDERS, 'Startup', 'REG_SZ', 'C:\\elsewhere\\Autostart ü');
    expect(await call(rig(), 'startup-folder', 'startupFolder')).toBe('C:\\elsewhere\\Autostart ü');
    expect(existsSync(rig().onLinux('C:\\elsewhere'))).toBe(false);
    await set(SHELL_FOLDERS, 'Startup', 'REG_SZ', standard);
  });

  it('opens the entries that the user has not switched off', async () => {
    const enabled = (name: string) => call(rig(), 'startup-folder', 'isStartupEntryEnabled', name);
    expect(await enabled('Never switched.lnk')).toBe(true);
    await set(APPROVED, 'Off.lnk', 'REG_BINARY', '030000001122334455667788');
    await set(APPROVED, 'On.lnk', 'REG_BINARY', '020000000000000000000000');
    expect(await enabled('Off.lnk')).toBe(false);
    expect(await enabled('On.lnk')).toBe(true);
  });
});

describeOnWine('a shortcut', rig => {
  const SHORTCUT = {
    program: 'C:\\app\\node.exe',
    parameters: '"C:\\a b\\host.cjs" supervise --service HermesGateway-work',
    cwd: 'C:\\a b',
    description: 'Grüße, 你好',
  };

  it('reads an entry back as written, and replaces it completely', async () => {
    const folder = rig().onLinux('C:\\Über uns');
    mkdirSync(folder);
    const file = 'C:\\Über uns\\Hermes Gateway Service (work).lnk';
    await call(rig(), 'shortcut', 'writeShortcut', file, { ...SHORTCUT, parameters: 'x'.repeat(1_000) });
    await call(rig(), 'shortcut', 'writeShortcut', file, SHORTCUT);
    expect(await call(rig(), 'shortcut', 'readShortcut', file)).toEqual(SHORTCUT);
    expect(readdirSync(folder)).toEqual(['Hermes Gateway Service (work).lnk']);
  });

  it('refuses to read another file as an entry, and to write into a missing folder', async () => {
    rig().write('C:\\none.lnk', 'Hello, I am a text.');
    expect(await attempt(rig(), 'shortcut', 'readShortcut', 'C:\\none.lnk')).toHaveProperty('error.code');
    expect(await attempt(rig(), 'shortcut', 'readShortcut', 'C:\\missing.lnk')).toHaveProperty('error.code');
    expect(await attempt(rig(), 'shortcut', 'writeShortcut', 'C:\\missing\\a.lnk', SHORTCUT)).toHaveProperty('error.code');
  });
});

describeOnWine('a program', rig => {
  const MARKER =
    "require('node:fs').writeFileSync('C:\\\\started.json', JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() }))";

  it('starts an entry from a shell with its arguments and its folder', async () => {
    rig().write('C:\\marker.cjs', MARKER);
    expect(await rig().ask('shell', rig().node, 'C:\\marker.cjs "two words" ü')).toBe('started');
    const started = await until('the program', () => rig().read('C:\\started.json'));
    expect(JSON.parse(started)).toEqual({ args: ['two words', 'ü'], cwd: 'C:\\' });
  });

  it('reports when an Explorer without a desktop cannot start the entry', async () => {
    const start = { program: rig().node, parameters: '--version', cwd: 'C:\\' };
    expect(await attempt(rig(), 'explorer', 'startThroughExplorer', start)).toHaveProperty('error.code', 'windows-refused');
  });
});
