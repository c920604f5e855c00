// The output of the command line on a terminal, in a pipe and for a program.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { MemoryCli, MemoryTerminal } from '../support/memory-cli.ts';

const ESCAPE = '\u001b';

describe('colour', () => {
  let cli: MemoryCli;
  beforeEach(() => {
    cli = new MemoryCli();
  });
  afterEach(() => cli.dispose());

  const spoken = async (terminal: MemoryTerminal) => {
    await cli.run(['install'], terminal);
    await cli.run(['status'], terminal);
    await cli.run(['strat'], terminal);
    return terminal;
  };

  it('uses colour on a terminal', async () => {
    const { out, err } = await spoken(new MemoryTerminal({ tty: true }));
    expect(out).toContain(`${ESCAPE}[32mHermesGateway`);
    expect(err).toContain(`${ESCAPE}[31mError:`);
  });

  it('uses no colour when the user does not want it', async () => {
    const { out, err } = await spoken(new MemoryTerminal({ tty: true, env: { NO_COLOR: '1' } }));
    expect(out).not.toContain(ESCAPE);
    expect(err.replaceAll(`\r${ESCAPE}[2K`, '')).not.toContain(ESCAPE);
  });

  it.each([
    ['in a pipe', new MemoryTerminal()],
    ['on a terminal that can do nothing', new MemoryTerminal({ tty: true, env: { TERM: 'dumb' } })],
  ])('uses no colour %s, and no other control sequence', async (_where, terminal) => {
    const { out, err } = await spoken(terminal);
    expect(out + err).not.toContain(ESCAPE);
    expect(out + err).not.toContain('\r');
  });
});

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows one line on a terminal, updated every second with the elapsed time, and removes it at the end', () => {
    const terminal = new MemoryTerminal({ tty: true, env: { NO_COLOR: '1' } });
    const output = new Output(terminal, { json: false });
    output.progress({ message: 'Waiting' });
    vi.advanceTimersByTime(2_000);
    output.answer(() => 'Done.', {});
    vi.advanceTimersByTime(5_000);
    const clear = `\r${ESCAPE}[2K`;
    expect(terminal.err).toBe(`${clear}Waiting…${clear}Waiting… 1 s${clear}Waiting… 2 s${clear}`);
    expect(terminal.out).toBe('Done.\n');
  });

  it('never prints more than the width of the line', () => {
    const terminal = new MemoryTerminal({ tty: true });
    new Output(terminal, { json: false }).progress({ message: 'x'.repeat(500) });
    expect(terminal.err.replace(`\r${ESCAPE}[2K`, '').length).toBeLessThan(100);
  });

  it('prints a line for each step in a pipe', () => {
    const terminal = new MemoryTerminal();
    const output = new Output(terminal, { json: false });
    for (const message of ['One', 'One', 'Two']) output.progress({ message });
    expect(terminal.err).toBe('One…\nTwo…\n');
    expect(terminal.out).toBe('');
  });

  it('prints no progress to the document', async () => {
    const terminal = new MemoryTerminal();
    const output = new Output(terminal, { json: true });
    output.progress({ message: 'One' });
    output.note('by the way');
    await output.passOn(Buffer.from('of another program'));
    output.answer(() => 'text', { status: 1 });
    expect(terminal.out).toBe('{"ok":true,"status":1}\n');
    expect(terminal.err).toBe('One…\nby the way\nof another program');
  });
});
