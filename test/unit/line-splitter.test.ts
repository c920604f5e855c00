// Bytes of a stream as lines: what a terminal would show of each, whatever the pieces in which they arrive.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/state/line-splitter.ts';

/** The whole lines that these pieces make, and the unfinished one. */
function split(...pieces: (string | Buffer)[]): { whole: string; rest: string } {
  const lines = new LineSplitter();
  const whole = Buffer.concat(pieces.map(piece => lines.add(Buffer.from(piece))));
  return { whole: whole.toString(), rest: lines.rest.toString() };
}

describe('lines of a stream', () => {
  it.each([
    ['a', '', 'a'],
    ['a\nb', 'a\n', 'b'],
    ['\n\n', '\n\n', ''],
    ['10%\r20%\r30%\n', '30%\n', ''],
    ['10%\r20%', '', '20%'],
    ['10%\r20%\r', '', '20%\r'],
    ['10%\r20%\r\nnext\n', '20%\r\nnext\n', ''],
    ['windows\r\nlines\r\n', 'windows\r\nlines\r\n', ''],
    ['python\r\r\n', 'python\r\r\n', ''],
    ['\r', '', '\r'],
    ['before\n1\r2\nafter\n', 'before\n2\nafter\n', ''],
  ])('%j has the lines %j and the unfinished line %j, in one piece and byte by byte', (text, whole, rest) => {
    expect(split(text)).toEqual({ whole, rest });
    expect(split(...[...Buffer.from(text)].map(byte => Buffer.of(byte)))).toEqual({ whole, rest });
  });

  it('does not depend on the pieces', () => {
    const text = fc.array(fc.constantFrom('a', 'ü', '🎉', '\r', '\n', '\r\n'), { maxLength: 30 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (written, cuts) => {
        const bytes = Buffer.from(written);
        const at = [0, ...cuts.sort((a, b) => a - b).filter(cut => cut < bytes.length), bytes.length];
        expect(split(...at.slice(1).map((end, i) => bytes.subarray(at[i], end)))).toEqual(split(bytes));
      }),
    );
  });

  it('cuts a line that would fill the memory, and no character of it', () => {
    const piece = 'x'.repeat(100_001);
    const { whole, rest } = split(piece, `${piece}🎉🎉`, 'ü'.repeat(40_000), 'ü'.repeat(40_000), 'end');
    expect((whole + rest).replaceAll('\n', '')).toBe(`${piece}${piece}🎉🎉${'ü'.repeat(80_000)}end`);
    expect(whole.split('\n').map(line => Buffer.byteLength(line))).toEqual([expect.closeTo(280_000, -4), 0]);
  });

  it('keeps only the last state of a progress bar that never ends its line', () => {
    const lines = new LineSplitter();
    let whole = 0;
    for (let n = 0; n < 100_000; n += 1) whole += lines.add(Buffer.from(`\r${n} files`)).length;
    expect(whole).toBe(0);
    expect(lines.rest.toString()).toBe('99999 files');
    expect(lines.end().toString()).toBe('99999 files\n');
    expect(lines.isEmpty).toBe(true);
  });
});
