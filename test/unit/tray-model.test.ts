// The tray as data: what it shows for each phase, one profile or several, and that it can never offer what cannot be done.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { shellEn } from '../../src/desktop/shell-messages.ts';
import { TOOLTIP_LIMIT, type TrayInput, type TrayItem, trayModel } from '../../src/desktop/tray-model.ts';
import { can, canSwitch, switchOn, viewOf } from '../../src/desktop/views.ts';
import { problem } from '../../src/model/problems.ts';
import { PHASES, type Phase } from '../../src/model/status.ts';
import { ago, NOW, snapshotIn, updateAt, updateEnd } from '../renderer/snapshots.ts';

function modelOf(snapshots: readonly Snapshot[], input: Partial<TrayInput> = {}) {
  const offers = { open: true, quit: true };
  return trayModel({ appName: 'Hermes', snapshots, theme: 'light', messages: en, shell: shellEn, offers, now: NOW, ...input });
}

const inProfile = (profile: string, phase: Phase): Snapshot =>
  snapshotIn(phase, { profile }, { profile, profiles: ['default', 'work', 'home'] });

/** Each entry as one line; those of a submenu are indented. */
function lines(items: readonly TrayItem[], indent = ''): string[] {
  return items.flatMap(item => {
    if (item.kind === 'separator') return [`${indent}—`];
    if (item.kind === 'menu') return [`${indent}${item.label} ▸`, ...lines(item.items, `${indent}  `)];
    return [`${indent}${item.kind === 'text' ? `(${item.label})` : item.label}`];
  });
}

function commands(items: readonly TrayItem[]): string[] {
  return items.flatMap(item => (item.kind === 'menu' ? commands(item.items) : item.kind === 'command' ? [item.command.do] : []));
}

describe('menu of one profile', () => {
  it('offers to end the wait for the work of the agent', () => {
    const snapshot = snapshotIn('stopping', { desired: 'stopped', finishingWorkSince: ago(12_000) });
    expect(commands(modelOf([snapshot]).menu)).toEqual(['open', 'stopNow', 'logs', 'copyDetails', 'quit']);
  });

  it.each<[Phase, string[]]>([
    ['not-installed', ['Off', 'Turn on…']],
    ['stopped', ['Stopped', 'Start', 'Open logs', 'Copy details']],
    ['running', ['Running', 'Restart', 'Stop', 'Open logs', 'Copy details']],
    ['restarting', ['Restarting', 'Try now', 'Stop', 'Open logs', 'Copy details']],
    ['stopping', ['Stopping', 'Open logs', 'Copy details']],
    ['foreign', ['Name in use', 'Copy details']],
    ['unknown', ['Unknown', 'Copy details']],
    ['unsupported', ['Not supported']],
  ])('offers the right commands in the phase %s', (phase, [state, ...offered]) => {
    const { menu } = modelOf([snapshotIn(phase)], { offers: { open: true, quit: false } });
    expect(lines(menu)).toEqual([`(Hermes gateway: ${state})`, 'Open Hermes', ...(offered.length > 0 ? ['—', ...offered] : [])]);
  });

  it('does not offer to turn on what another program keeps', () => {
    const { menu } = modelOf([snapshotIn('not-installed', { problems: [problem('kept-by-hermes')] })]);
    expect(commands(menu)).not.toContain('turnOn');
  });

  it('shows the running operation and offers no other command', () => {
    const { menu, image } = modelOf([snapshotIn('stopped', { desired: 'running' }, { operation: { verb: 'update', since: ago(1_000) } })]);
    expect(lines(menu)).toEqual(['(Hermes gateway: Updating…)', 'Open Hermes', '—', 'Open logs', 'Copy details', '—', 'Quit Hermes']);
    expect(image).toBe('tray-busy-light');
  });

  it('shows that no status is known yet', () => {
    expect(lines(modelOf([]).menu)).toEqual([`(${en.asking})`, 'Open Hermes', '—', 'Quit Hermes']);
  });

  it('contains no item of the app for a tray of the host, which gets the label for its own', () => {
    const { menu, quitLabel } = modelOf([snapshotIn('running')], { offers: { open: false, quit: false } });
    expect(lines(menu)).toEqual(['(Hermes gateway: Running)', '—', 'Restart', 'Stop', 'Open logs', 'Copy details']);
    expect(quitLabel).toBe('Quit Hermes (the gateway keeps running)');
  });

  it('has no quit when the app did not request it', () => {
    expect(commands(modelOf([snapshotIn('running')], { offers: { open: true, quit: false } }).menu)).not.toContain('quit');
  });

  it.each([
    ['none', 'Check for updates'],
    ['checking', '(Checking for updates…)'],
    ['downloading', '(Downloading an update…)'],
    ['ready', 'Restart to update'],
  ] as const)('shows the update state %s', (update, line) => {
    expect(lines(modelOf([snapshotIn('running')], { update }).menu)).toContain(line);
  });
});

describe('update', () => {
  const during = (update: ReturnType<typeof updateAt>) => modelOf([snapshotIn('held-for-update', {}, { update })], { update: 'ready' });

  it('shows an update in tooltip and menu, in place of the update that the app would offer', () => {
    const { tooltip, menu } = during(updateAt('updating'));
    expect(tooltip).toBe('Updating Hermes from 0.19 to 0.20');
    expect(lines(menu)).toContain('(Updating Hermes from 0.19 to 0.20)');
    expect(lines(menu)).toContain('(Updating. The gateway starts again afterwards.)');
    expect(commands(menu)).not.toContain('install-update');
  });

  it.each([
    ['an update of this app ends with the app', { own: true }, 'Quit Hermes (the update stops, the gateway starts again)'],
    ['an update that was handed off continues', { own: true, step: 'handed-off' }, 'Quit Hermes (the update continues)'],
    ['an update of another process continues', { own: false }, 'Quit Hermes (the update continues)'],
  ] as const)('shows in the quit row the effect on an update: %s', (_name, overrides, quit) => {
    expect(lines(during({ ...updateAt('updating'), ...overrides }).menu)).toContain(quit);
  });

  it('shows how an ended update ended', () => {
    const { menu } = modelOf([snapshotIn('running', {}, { updateEnd: updateEnd('updated') })]);
    expect(lines(menu).join()).toMatch(/\(Updated from 0\.19 to 0\.20 at .*\(Hermes\)\.\)/);
  });
});

describe('quit', () => {
  const quitting = (...snapshots: Snapshot[]) => modelOf(snapshots).quitLabel.replace('Quit Hermes', '').trim();

  it.each<[Phase, string]>([
    ['running', '(the gateway keeps running)'],
    ['degraded', '(the gateway keeps running)'],
    ['starting', '(the gateway still starts)'],
    ['restarting', '(the gateway starts again by itself)'],
    ['held-for-update', '(the gateway starts again by itself)'],
    ['waiting-for-sign-in', '(the gateway starts when you sign in)'],
    ['failed', '(the gateway stays stopped)'],
    ['needs-attention', '(the gateway stays stopped)'],
    ['not-installed', ''],
    ['removal-pending', ''],
    ['foreign', ''],
    ['unsupported', ''],
    ['unknown', ''],
  ])('says what becomes of the gateway in the phase %s', (phase, expected) => {
    expect(quitting(snapshotIn(phase))).toBe(expected);
  });

  it('says that a stop goes on and lasts, where it was asked for', () => {
    expect(quitting(snapshotIn('stopping', { desired: 'stopped' }))).toBe('(the gateway still stops)');
    expect(quitting(snapshotIn('stopped', { desired: 'stopped' }))).toBe('(the gateway stays stopped)');
    expect(quitting(snapshotIn('stopping', { desired: 'running' }))).toBe('');
    expect(quitting(snapshotIn('stopped', { desired: 'running' }))).toBe('');
  });

  it('promises nothing during an operation of the app, or where another gateway serves the profile', () => {
    expect(quitting(snapshotIn('running', {}, { operation: { verb: 'restart', since: ago(0) } }))).toBe('');
    expect(quitting(snapshotIn('needs-attention', { problems: [problem('service-superfluous')] }))).toBe('');
  });

  it('speaks of all gateways that have something ahead of them', () => {
    const [one, other, off] = [inProfile('default', 'running'), inProfile('work', 'running'), inProfile('home', 'not-installed')];
    expect(quitting(one, off)).toBe('(the gateway keeps running)');
    expect(quitting(one, other, off)).toBe('(the gateways keep running)');
    expect(quitting(one, inProfile('work', 'failed'))).toBe('(nothing changes for the gateways)');
  });
});

describe('menu of several profiles', () => {
  it('has a submenu for each profile with the worst first, and the icon of that one', () => {
    const { menu, image, tooltip } = modelOf([
      inProfile('default', 'running'),
      inProfile('work', 'needs-attention'),
      inProfile('home', 'foreign'),
    ]);
    expect(lines(menu)).toEqual([
      'Open Hermes',
      '—',
      'Hermes gateway (work): Needs attention ▸',
      '  Start',
      '  Open logs',
      '  Copy details',
      'Hermes gateway (home): Name in use ▸',
      '  Copy details',
      'Hermes gateway (default): Running ▸',
      '  Restart',
      '  Stop',
      '  Open logs',
      '  Copy details',
      '—',
      'Quit Hermes (nothing changes for the gateways)',
    ]);
    expect(image).toBe('tray-error-light');
    expect(tooltip).toBe('Hermes gateway (work): Needs attention\nhome: Name in use\ndefault: Running');
  });

  it('shows running when one gateway runs and the user stopped the other', () => {
    expect(modelOf([inProfile('work', 'stopped'), inProfile('default', 'running')]).image).toBe('tray-running-light');
  });
});

describe('menu for any snapshots', () => {
  const snapshots = fc.array(
    fc.record({ phase: fc.constantFrom(...PHASES), profile: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/), busy: fc.boolean() }).map(
      ({ phase, profile, busy }): Snapshot =>
        snapshotIn(
          phase,
          { profile },
          {
            profile,
            ...(busy && { operation: { verb: 'start', since: ago(0) } }),
          },
        ),
    ),
    { maxLength: 4 },
  );
  const theme = fc.constantFrom('light', 'dark');

  it('says in the tooltip what a gateway printed last that starts for long', () => {
    const { tooltip } = modelOf([snapshotIn('starting', { lastLine: 'connecting' })]);
    expect(tooltip).toBe('Hermes gateway: Starting. It printed: connecting');
  });

  it('keeps the tooltip within the limit of Windows, in every language', () => {
    fc.assert(
      fc.property(snapshots, fc.string({ maxLength: 400 }), (all, text) => {
        const shell = { ...shellEn, tray: { ...shellEn.tray, tooltip: () => text } };
        const { tooltip } = modelOf(all, { shell });
        expect(tooltip.length).toBeLessThanOrEqual(TOOLTIP_LIMIT);
      }),
    );
  });

  it('contains a command only when it can be run, and disables none', () => {
    fc.assert(
      fc.property(snapshots, theme, (all, taskbar) => {
        const found = commands(modelOf(all, { theme: taskbar }).menu);
        const count = (verb: string) => found.filter(each => each === verb).length;
        for (const verb of ['start', 'stop', 'restart'] as const)
          expect(count(verb)).toBe(all.filter(snapshot => can(verb, snapshot)).length);
        expect(count('logs')).toBe(all.filter(({ status }) => viewOf(status).switchOn).length);
        expect(count('turnOn')).toBe(all.filter(snapshot => canSwitch(snapshot) && !switchOn(snapshot)).length);
        expect(count('open')).toBe(1);
        expect(count('quit')).toBe(1);
      }),
    );
  });

  it('puts separators only between rows', () => {
    fc.assert(
      fc.property(snapshots, all => {
        const kinds = modelOf(all).menu.map(({ kind }) => kind);
        expect(kinds[0]).not.toBe('separator');
        expect(kinds.at(-1)).not.toBe('separator');
        expect(kinds.join()).not.toContain('separator,separator');
      }),
    );
  });
});
