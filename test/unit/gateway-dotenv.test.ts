// Which names a `.env` sets. Each row is what python-dotenv 1.2.2, the version of Hermes 0.19 to 0.22, makes of it; most are inputs of its
// own tests.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what a .env contains
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotenvNames } from '../../src/gateway/dotenv.ts';

const TABLE: readonly (readonly [text: string, names: readonly string[]])[] = [
  ['', []],
  ['a=b', ['a']],
  ["'a'=b", ['a']],
  ['[=b', ['[']],
  [' a = b ', ['a']],
  ['export a=b', ['a']],
  [" export 'a'=b", ['a']],
  ['# a=b', []],
  ['a=b#c', ['a']],
  ['a=b #c', ['a']],
  ['a= #c', ['a']],
  ['a=#b', ['a']],
  ['a=b c', ['a']],
  ["a='b c '", ['a']],
  ['a="b c "', ['a']],
  ['export export_a=1', ['export_a']],
  ['a="b\nc"', ['a']],
  ["a='b\nc'", ['a']],
  ['a="b\\nc"', ['a']],
  ['a="b\\"c"', ['a']],
  ["a='b\\'c'", ['a']],
  ['no_value', []],
  ['export no_value', []],
  ['a: b\nc=d', ['c']],
  ['a=b\nc=d', ['a', 'c']],
  ['a=b\rc=d', ['a', 'c']],
  ['a=b\r\nc=d', ['a', 'c']],
  ['a=\nb=c', ['a', 'b']],
  ['\n\n', []],
  ['a=b\n\nc=d', ['a', 'c']],
  ['a="\nb=c', ['b']],
  ['# comment\na="b\nc=x"\nd=e\n', ['a', 'd']],
  ['uglyKey[%$="S3cr3t_P4ssw#rD" #\na=b', ['uglyKey[%$', 'a']],
  ["a='b' c\nd=e", ['d']],
  ['a="b\nc=d"\ne=f', ['a', 'e']],
  ['a=${b}\nb=${a:-x}', ['a', 'b']],
  ['a.b-c=d', ['a.b-c']],
  ['a=`b\nc=d`', ['a', 'c']],
  ['a=b\\\nc=d', ['a', 'c']],
  ['export\ta=b', ['a']],
  ['export  a=b', ['a']],
  ['A_B = \'x\' # why\nC="y"', ['A_B', 'C']],
  ['a =b', ['a']],
  ['a b=c\nd=e', ['d']],
  ['=g\na=b', ['a']],
  ['a==b', ['a']],
  ["'a b'=c", ['a b']],
  ["a='-----BEGIN\nKEY=abc==\n-----END'\nz=1", ['a', 'z']],
  ['\u00e9=1', ['\u00e9']],
  ["a='b\nc=d", ['c']],
  ['a="C:\\\\"\nb=1', ['a', 'b']],
  ["a='C:\\'\nb='1'", []],
  ['a=1\u000bb=2\nc=3', ['a', 'c']],
  ['a=1\u2028b=2\nc=3', ['a', 'c']],
  ['a="b"c=d\ne=f', ['e']],
  ['exporta=b', ['exporta']],
  ['export =b', []],
  ['export a', []],
  ['a=b;c=d', ['a']],
  ['  # x\n\ta=b', ['a']],
  ["a='b'#c", ['a']],
  ['a', []],
  ['set a=b\nc=d', ['c']],
  ['a=1 export b=2', ['a']],
  ['\u00a0a=b', ['a']],
  ["'a=b\nc=d", ['c']],
  ['"a"=b', ['"a"']],
];

describe('.env file', () => {
  it.each(TABLE)('%j sets %j, as python-dotenv reads it', (text, names) => {
    expect(dotenvNames(text)).toEqual(names);
  });

  it('is read to its end, whatever it contains', () => {
    const text = fc.array(fc.constantFrom('a', '=', '"', "'", '\\', '#', ' ', '\n', '\r', 'export ', '${b:-c}', 'é'), { maxLength: 40 });
    fc.assert(
      fc.property(text, parts => {
        expect(dotenvNames(`${parts.join('')}\n'"\nlast=1`)).toBeInstanceOf(Array);
      }),
    );
  });
});
