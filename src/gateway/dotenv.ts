/** Which variables a `.env` of Hermes sets. Read as python-dotenv reads it (`dotenv/parser.py`), which no library for Node does. */

/** The names of the variables that this text sets, without those that have no value (`export NAME`). */
export function dotenvNames(text: string): string[] {
  const names = new Set<string>();
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found?.[1] ?? found?.[0];
  };
  while (at < text.length) {
    const name = takeBinding(take, () => text[at]);
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

const SPACE = /\s*/y;
const BLANKS = /[^\S\r\n]*/y;
const EXPORT = /export[^\S\r\n]+/y;
const NAME = { quoted: /'([^']+)'/y, plain: /[^=#\s]+/y };
const EQUALS = /=[^\S\r\n]*/y;
const VALUE: Readonly<Record<string, RegExp>> = { "'": /'(?:\\'|[^'])*'/y, '"': /"(?:\\"|[^"])*"/y };
const PLAIN_VALUE = /[^\r\n]*/y;
const COMMENT = /[^\S\r\n]*#[^\r\n]*/y;
const LINE_END = /[^\S\r\n]*(?:\r\n|\n|\r|$)/y;
const REST_OF_LINE = /[^\r\n]*(?:\r\n|\n|\r|$)/y;

/** Takes one assignment, comment or invalid line; returns the name that it sets. A step that fails skips the rest of its line. */
function takeBinding(take: (pattern: RegExp) => string | undefined, next: () => string | undefined): string | undefined {
  take(SPACE);
  if (next() === undefined) return undefined;
  take(EXPORT);
  const isComment = next() === '#';
  const name = isComment ? undefined : take(next() === "'" ? NAME.quoted : NAME.plain);
  let isValid = isComment || name !== undefined;
  let isSet = false;
  if (isValid) {
    take(BLANKS);
    isSet = take(EQUALS) !== undefined;
    if (isSet) isValid = take(VALUE[next() ?? ''] ?? PLAIN_VALUE) !== undefined;
  }
  if (isValid) {
    take(COMMENT);
    isValid = take(LINE_END) !== undefined;
  }
  if (!isValid) take(REST_OF_LINE);
  return isValid && isSet ? name : undefined;
}
