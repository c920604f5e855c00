// The last line of each verb: what it did, how long that took by the clock of the terminal, or that there was nothing to do.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayManager } from '../../src/model/manager.ts';
import { problem } from '../../src/model/problems.ts';
import type { Status } from '../../src/model/status.ts';
import { MemoryCli, MemoryTerminal } from '../support/memory-cli.ts';

const TOOK_MS = 400;

let cli: MemoryCli;
let clock: number;
beforeEach(() => {
  cli = new MemoryCli();
  clock = Date.UTC(2026, 0, 1);
  for (const verb of ['install', 'uninstall', 'start', 'stop', 'restart'] as const) spend(cli.manager, verb);
});
afterEach(() => cli.dispose());

/** Each call of the verb takes this long on the clock of the terminal. */
function spend(manager: GatewayManager, verb: 'install' | 'uninstall' | 'start' | 'stop' | 'restart'): void {
  const real = manager[verb].bind(manager) as (...given: unknown[]) => Promise<Status>;
  manager[verb] = async (...given: unknown[]) => {
    clock += TOOK_MS;
    return real(...given);
  };
}

const terminal = () => new MemoryTerminal({ now: () => clock });
const lines = async (...argv: string[]) => (await cli.run(argv, terminal())).out.trimEnd().split('\n');
const lastLine = async (...argv: string[]) => (await lines(...argv)).at(-1);

describe('last line of a verb', () => {
  it('says what the verb did and how long it took', async () => {
    expect(await lastLine('install')).toBe('✓ Installed HermesGateway (0.4 s)');
    expect(await lines('restart')).toEqual(['✓ Restarted HermesGateway (0.4 s)']);
    expect(await lines('stop')).toEqual(['✓ Stopped HermesGateway (0.4 s)']);
    expect(await lines('restart')).toEqual(['✓ Started HermesGateway (0.4 s)']);
    await cli.run(['stop']);
    expect(await lines('start')).toEqual(['✓ Started HermesGateway (0.4 s)']);
    await cli.run(['stop']);
    expect(await lastLine('install')).toBe('✓ Updated and started HermesGateway (0.4 s)');
    expect(await lines('uninstall')).toEqual(['✓ Removed HermesGateway (0.4 s)']);
  });

  it('says that there was nothing to do', async () => {
    expect(await lines('uninstall')).toEqual(['HermesGateway was not installed; nothing was changed.']);
    await cli.run(['install']);
    expect(await lastLine('install')).toBe('HermesGateway was already installed and running; its registration is up to date.');
    expect(await lines('start')).toEqual(['HermesGateway was already running.']);
    await cli.run(['stop']);
    expect(await lines('stop')).toEqual(['HermesGateway was already stopped.']);
  });

  it('shows a longer work in minutes', async () => {
    await cli.run(['install']);
    const { stop } = cli.manager;
    cli.manager.stop = (...given) => {
      clock += 125_000;
      return stop.apply(cli.manager, given);
    };
    expect(await lines('stop')).toEqual(['✓ Stopped HermesGateway (2 min)']);
  });

  it('does not say that a gateway was started that still waits', async () => {
    await cli.run(['install']);
    const real = await cli.manager.status(cli.composition.identity({}));
    cli.manager.start = async () => ({ ...real, phase: 'held-for-update' });
    expect(await lines('start')).toEqual(['HermesGateway: Paused for an update. Then it starts again by itself.']);
  });

  it('is below the problems that are left', async () => {
    await cli.run(['install']);
    const { stop } = cli.manager;
    const found = { ...problem('start-disabled'), message: 'It is disabled.', remedy: 'Enable it.' };
    cli.manager.stop = async (...given) => ({ ...(await stop.apply(cli.manager, given)), problems: [found] });
    expect(await lines('stop')).toEqual(['✗ It is disabled. (start-disabled)', '  Enable it.', '', '✓ Stopped HermesGateway (0.4 s)']);
  });

  it('is printed for each service with --all, in the same words', async () => {
    await cli.run(['install', '--all']);
    await cli.run(['stop', '--profile', 'work']);
    expect(await lines('install', '--all')).toEqual([
      'HermesGateway was already installed and running; its registration is up to date.',
      '✓ Updated and started HermesGateway-work (0.4 s)',
    ]);
    await cli.run(['stop', '--profile', 'work']);
    expect((await lines('stop', '--all')).map(line => line.replace(/ \(\d.*/, ''))).toEqual([
      '✓ Stopped HermesGateway',
      'HermesGateway-work was already stopped.',
    ]);
    expect((await lines('uninstall', '--all')).map(line => line.replace(/ \(\d.*/, ''))).toEqual([
      '✓ Removed HermesGateway',
      '✓ Removed HermesGateway-work',
    ]);
    await expect(cli.manager.status(cli.composition.identity({}))).resolves.toMatchObject({ phase: 'not-installed' });
  });

  it('names what an update ran and started again', async () => {
    await cli.run(['install']);
    await cli.run(['install', '--profile', 'work']);
    // Each of the two starts takes its time.
    expect(await lastLine('update', '--', process.execPath, '-e', '')).toBe(
      '✓ Ran node, and started HermesGateway, HermesGateway-work again (0.8 s)',
    );
  });

  it('is not part of the document with --json', async () => {
    const { out } = await cli.run(['install', '--json'], terminal());
    expect(JSON.parse(out)).toMatchObject({ ok: true, status: { phase: 'running' } });
    expect(out).not.toContain('✓');
  });
});
