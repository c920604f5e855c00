/**
 * What others may have written: documents that are ours but for one place, and bytes that are nobody's. `FUZZ_RUNS=100000 npx vitest run
 * test/fuzz` tries longer than the tests do; fast-check prints the seed of what it finds.
 */

import fc from 'fast-check';

fc.configureGlobal({ numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) });

/** JSON as no program of ours writes it: names that objects have already, numbers at the edge. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', 0, -1, 1, 4_194_305, 1e308, '__proto__', 'constructor', [], {}, [{}], { toString: 1 }, { pid: 1 }, { pid: -1 }),
);

type Path = readonly (string | number)[];

/** A document of ours in which one place, however deep, holds something else, or is missing. */
function bent(document: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  return fc.tuple(document, fc.nat(), fc.option(anyJson)).map(([whole, place, other]) => {
    const places = pathsOf(whole);
    return replaced(whole, places[place % places.length] ?? [], other === null ? undefined : other);
  });
}

/** Its text, cut off or with bytes in it that were never written. */
function torn(document: fc.Arbitrary<object>): fc.Arbitrary<Buffer> {
  return fc.tuple(document, fc.nat(), fc.uint8Array({ maxLength: 8 }), fc.boolean()).map(([whole, place, bytes, goesOn]) => {
    const text = Buffer.from(JSON.stringify(whole));
    const at = place % (text.length + 1);
    return Buffer.concat([text.subarray(0, at), bytes, goesOn ? text.subarray(at) : Buffer.alloc(0)]);
  });
}

export const anyBytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 400 }).map(bytes => Buffer.from(bytes));

/** Everything that may stand where this document should. */
export function inPlaceOf(document: fc.Arbitrary<object>): fc.Arbitrary<Buffer> {
  const text = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '');
  return fc.oneof(bent(document).map(text), torn(document), anyJson.map(text), anyBytes);
}

export const pid = fc.integer({ min: 1, max: 4_194_304 });
export const time = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(ms => new Date(ms).toISOString());
export const text = fc.string({ maxLength: 40 });
export const processRef = fc.record({ pid, startTime: fc.nat() }, { requiredKeys: ['pid'] });

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...path, name]))];
}

function replaced(value: unknown, [first, ...rest]: Path, other: unknown): unknown {
  if (first === undefined) return other;
  const inner = (value as Record<string | number, unknown>)[first];
  const now = replaced(inner, rest, other);
  return Array.isArray(value) ? value.map((each, index) => (String(index) === first ? now : each)) : { ...(value as object), [first]: now };
}
