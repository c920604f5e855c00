// Lines of the command line at the width of a terminal.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VERBS } from '../../src/cli/help.ts';
import { wrapped } from '../../src/cli/wrap.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { MemoryCli, MemoryTerminal } from '../support/memory-cli.ts';

describe('wrapped text', () => {
  it('keeps a line that fits', () => {
    expect(wrapped('one two\n\n  three', 10)).toBe('one two\n\n  three');
  });

  it('indents what continues a sentence by two more', () => {
    expect(wrapped('one two three four five', 12)).toBe('one two\n  three four\n  five');
    expect(wrapped('  one two three four', 12)).toBe('  one two\n    three\n    four');
  });

  it('continues a row below its last column', () => {
    expect(wrapped('  Last exit  The gateway failed because of its configuration.', 40)).toBe(
      '  Last exit  The gateway failed because\n             of its configuration.',
    );
    expect(wrapped('code  error    The first words and the last ones of it', 40)).toBe(
      'code  error    The first words and the\n               last ones of it',
    );
  });

  it('does not indent by a column that leaves no room', () => {
    expect(wrapped('a label of many characters  and its value', 30)).toBe('a label of many characters\n  and its value');
  });

  it('does not break a word, and begins no line only for it', () => {
    expect(wrapped('  Log file  /a/very/long/path/that/fits/nowhere and more', 40)).toBe(
      '  Log file  /a/very/long/path/that/fits/nowhere\n            and more',
    );
  });

  it('does not count colours', () => {
    const [dim, off] = ['\u001b[2m', '\u001b[0m'];
    expect(wrapped(`${dim}one   ${off}  two three four five six seven`, 33)).toBe(
      `${dim}one   ${off}  two three four five six\n        seven`,
    );
  });
});

describe('command line on a narrow terminal', () => {
  const COLUMNS = 48;
  let cli: MemoryCli;
  beforeEach(() => {
    cli = new MemoryCli();
  });
  afterEach(() => cli.dispose());

  const narrow = () => new MemoryTerminal({ tty: true, columns: COLUMNS, env: { NO_COLOR: '1' } });
  /** A longer line is one that has nothing to break. */
  const expectToFit = (text: string) => {
    for (const line of text.split('\n')) {
      if (line.length > COLUMNS) expect(line.trim().split(/ {2,}/).at(-1)).not.toContain(' ');
    }
  };

  it.each([[['--help']], ...Object.keys(VERBS).map(verb => [[verb, '--help']]), [['explain']], [[]]])(
    'wraps the answer of %j',
    async argv => {
      const { out } = await cli.run(argv, narrow());
      expectToFit(out);
    },
  );

  it('wraps a status and an error with a hanging indent', async () => {
    await cli.run(['install']);
    cli.manager.stop = () => Promise.reject(new GatewayServiceError('needs-administrator'));
    const { err } = await cli.run(['stop'], narrow());
    expectToFit(err);
    expect(err).toMatch(/^Error: Windows requires .*\n {2}/);
    const { out } = await cli.run(['status'], narrow());
    expectToFit(out);
    expect(out).toMatch(/^HermesGateway: Running.*\n {2}\S/);
  });

  it('does not wrap in a pipe, and not in the document', async () => {
    const { out } = await cli.run(['install', '--help']);
    expect(out).toContain(VERBS.install.changes.replaceAll('\n', ' '));
    const { out: document } = await cli.run(['install', '--help', '--json'], narrow());
    expect(JSON.parse(document).help).toBe(out.trimEnd());
  });
});
