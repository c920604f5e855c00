// The table of phases and the pure questions that tray, panel and CLI ask of it.
import { describe, expect, it } from 'vitest';
import { en } from '../../src/desktop/messages-en.ts';
import {
  can,
  canSwitch,
  countdownMs,
  ladderDots,
  nextChangeMs,
  offeredAction,
  otherInCharge,
  PHASE_VIEWS,
  shownTarget,
  switchOn,
  toneOf,
  trayIconOf,
  uptimeMs,
} from '../../src/desktop/views.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { problem } from '../../src/model/problems.ts';
import { PHASES } from '../../src/model/status.ts';
import { ago, NOW, statusIn } from '../renderer/snapshots.ts';

describe('table of phases', () => {
  it('gives `status` exit code 0 only in the phases where a gateway runs', () => {
    expect(PHASES.filter(phase => PHASE_VIEWS[phase].exit === EXIT.done)).toEqual(['running', 'degraded']);
  });

  it('offers only commands that are possible in the phase', () => {
    for (const phase of PHASES) {
      const { action, can: possible, switchable } = PHASE_VIEWS[phase];
      if (action === 'turnOn') expect(switchable, phase).toBe(true);
      else if (action) expect(possible, phase).toContain(action);
    }
  });

  it('never shows an error in the tray without an error in the panel', () => {
    for (const phase of PHASES) expect(PHASE_VIEWS[phase].icon === 'error', phase).toBe(PHASE_VIEWS[phase].tone === 'error');
  });

  it('locks the switch and gives the reason when another mechanism runs the gateway and our service is not installed', () => {
    for (const code of ['profile-served', 'kept-by-hermes'] as const) {
      const off = statusIn('not-installed', { problems: [problem(code)] });
      expect([otherInCharge(off), canSwitch({ status: off })]).toEqual([code, false]);
      // A service of ours that is there all the same can be turned off.
      const on = statusIn('running', { problems: [problem(code)] });
      expect([otherInCharge(on), canSwitch({ status: on })]).toEqual([undefined, true]);
      expect(en.sentence(off, NOW)).not.toBe(en.sentence(statusIn('not-installed'), NOW));
    }
  });

  it('leaves the switch usable and gives the reason when something else starts the gateway', () => {
    for (const code of ['started-otherwise', 'packaged-service'] as const) {
      const off = statusIn('not-installed', { problems: [problem(code)] });
      expect([otherInCharge(off), canSwitch({ status: off })]).toEqual([code, true]);
      expect(en.sentence(off, NOW)).not.toBe(en.sentence(statusIn('not-installed'), NOW));
    }
  });

  it('locks the switch when the service name belongs to another program or user', () => {
    expect(canSwitch({ status: statusIn('foreign') })).toBe(false);
    expect(canSwitch({ status: statusIn('removal-pending') })).toBe(false);
    expect(canSwitch({ status: statusIn('not-installed') })).toBe(true);
  });
});

describe('available commands', () => {
  it('offers no command while an operation is running', () => {
    for (const phase of PHASES) {
      const observed = { status: statusIn(phase), operation: { verb: 'restart' } } as const;
      for (const verb of ['start', 'stop', 'restart', 'repair'] as const) expect(can(verb, observed), phase).toBe(false);
      expect(offeredAction(observed), phase).toBeUndefined();
    }
  });

  it('offers to end the wait for the work of the agent, also during an operation', () => {
    const status = statusIn('stopping', { finishingWorkSince: new Date(NOW - 12_300).toISOString() });
    for (const observed of [{ status }, { status, operation: { verb: 'stop' } }] as const) {
      expect(offeredAction(observed)).toEqual({ verb: 'stopNow', elevated: false });
    }
    expect(can('stopNow', { status: statusIn('stopping') })).toBe(false);
    expect(nextChangeMs(status, NOW)).toBe(700);
  });

  it('offers no start when Windows has the service disabled', () => {
    const status = statusIn('stopped', { startType: 'disabled', problems: [problem('start-disabled')] });
    expect(can('start', { status })).toBe(false);
    expect(offeredAction({ status })).toEqual({ verb: 'repair', elevated: true });
  });

  it('offers the repair first when a problem needs an administrator', () => {
    const status = statusIn('running', { problems: [problem('host-outdated')] });
    expect(offeredAction({ status })).toEqual({ verb: 'repair', elevated: true });
  });

  it('does not require an administrator to repair what was installed without one', () => {
    const status = statusIn('running', { mechanism: 'embedded', problems: [problem('host-outdated')] });
    expect(offeredAction({ status })).toEqual({ verb: 'repair', elevated: false });
  });
});

describe('switch and tray', () => {
  it('shows the target state while an operation is running', () => {
    expect(switchOn({ status: statusIn('not-installed'), operation: { verb: 'install' } })).toBe(true);
    expect(switchOn({ status: statusIn('running'), operation: { verb: 'uninstall' } })).toBe(false);
    expect(switchOn({ status: statusIn('running'), operation: { verb: 'stop' } })).toBe(true);
    expect(trayIconOf({ status: statusIn('running'), operation: { verb: 'restart' } })).toBe('busy');
  });

  it('shows a warning when the gateway runs but has a problem', () => {
    const status = statusIn('running', { problems: statusIn('degraded').problems });
    expect(toneOf({ status })).toBe('warn');
    expect(trayIconOf({ status })).toBe('warning');
    expect(trayIconOf({ status: statusIn('running') })).toBe('running');
  });

  it('stays green, and counts no problem in its sentence, when nothing needs to be done', () => {
    const status = statusIn('running', { problems: [problem('lock-stale'), problem('start-type-chosen')] });
    expect([toneOf({ status }), trayIconOf({ status })]).toEqual(['ok', 'running']);
    expect(en.sentence(status, NOW)).toBe(en.sentence(statusIn('running'), NOW));
    expect(offeredAction({ status })?.verb).toBe('restart');
  });
});

describe('receipt', () => {
  it('names a file in a subfolder by its relative path', () => {
    const shown = (folder: string, file: string) => {
      const rows = [
        { action: 'create', kind: 'folder', target: folder },
        { action: 'create', kind: 'file', target: file },
      ] as const;
      return rows.map(row => shownTarget(row, rows));
    };
    expect(shown('/state/gateway', '/state/gateway/definition.json')).toEqual(['/state/gateway', 'definition.json']);
    expect(shown('C:\\State', 'C:\\State\\logs\\a.log')).toEqual(['C:\\State', 'logs\\a.log']);
    expect(shown('/state/gateway', '/state/gateway-2/definition.json')[1]).toBe('/state/gateway-2/definition.json');
  });
});

describe('times', () => {
  it('counts a delay down to zero and not below', () => {
    expect(countdownMs(new Date(NOW + 1_500).toISOString(), NOW)).toBe(1_500);
    expect(countdownMs(ago(1), NOW)).toBe(0);
    expect(countdownMs(undefined, NOW)).toBeUndefined();
    expect(countdownMs('soon', NOW)).toBeUndefined();
  });

  it('counts the uptime from the start time, so that it advances between two documents', () => {
    expect(uptimeMs(statusIn('running', { uptimeMs: 1, startedAt: ago(5_000) }), NOW)).toBe(5_000);
    expect(uptimeMs(statusIn('not-installed', { uptimeMs: 7_000 }), NOW)).toBe(7_000);
    expect(uptimeMs(statusIn('running', { startedAt: ago(-5_000) }), NOW)).toBe(0);
  });

  it('updates the panel every second while a restart is counted down, and not afterwards', () => {
    const at = (ms: number) => statusIn('restarting', { restarts: { count: 0, attempt: 1, nextAt: new Date(NOW + ms).toISOString() } });
    expect(nextChangeMs(at(2_300), NOW)).toBe(300);
    expect(nextChangeMs(at(2_000), NOW)).toBe(1_000);
    expect(nextChangeMs(at(0), NOW)).toBeUndefined();
  });

  it('updates the panel every minute while it shows an uptime, and never when no text depends on the clock', () => {
    expect(nextChangeMs(statusIn('running', { startedAt: ago(90_000) }), NOW)).toBe(30_000);
    for (const phase of PHASES.filter(other => other !== 'running' && other !== 'restarting'))
      expect(nextChangeMs(statusIn(phase), NOW), phase).toBeUndefined();
  });
});

describe('restart delays in the panel', () => {
  const states = (attempt: number | undefined, nextInMs?: number) =>
    ladderDots(
      statusIn('restarting', {
        restarts: {
          count: 0,
          ...(attempt === undefined ? {} : { attempt }),
          ...(nextInMs === undefined ? {} : { nextAt: new Date(NOW + nextInMs).toISOString() }),
        },
      }),
      NOW,
    ).map(dot => dot.state);

  it('shows nine dots with the restart delays', () => {
    expect(ladderDots(statusIn('running'), NOW).map(dot => dot.delayMs / 1_000)).toEqual([1, 2, 4, 9, 16, 25, 36, 49, 64]);
  });

  it('shows past restarts, the one counted down and those ahead', () => {
    expect(states(3, 4_000)).toEqual(['passed', 'passed', 'current', ...Array<string>(6).fill('ahead')]);
    expect(states(undefined)).toEqual(Array<string>(9).fill('ahead'));
  });

  it('stays on the last dot after any further failures', () => {
    expect(states(40, 60_000)).toEqual([...Array<string>(8).fill('passed'), 'current']);
  });

  it('counts down only on the current dot', () => {
    const dots = ladderDots(statusIn('restarting'), NOW);
    expect(dots.filter(dot => dot.remainingMs !== undefined)).toEqual([{ delayMs: 16_000, state: 'current', remainingMs: 14_000 }]);
  });

  it('stops the countdown when the gateway is being started', () => {
    const { restarts } = statusIn('restarting');
    expect(ladderDots(statusIn('starting', { restarts }), NOW).some(dot => dot.state === 'current')).toBe(false);
  });
});
