// A space that V8 would let grow stays as it is, in a process of its own: V8's flags are a whole process'.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const MODULE = new URL('../../dist/src/host/young-generation.js', import.meta.url).href;

/** Much is made in turns of the event loop, and some of it survives a while. Prints the bytes of the space before and after. */
const BUSY = `
  const size = () => v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
  await new Promise(resolve => setTimeout(resolve, 50));
  const before = size();
  const kept = [];
  for (let turn = 0; turn < 200; turn += 1) {
    kept[turn % 8] = Array.from({ length: 20_000 }, (_, index) => ({ index, turn }));
    await new Promise(resolve => setImmediate(resolve));
  }
  console.log(JSON.stringify({ before, after: size() }));
`;

function spaces(first: string): { readonly before: number; readonly after: number } {
  const script = `import v8 from 'node:v8';\n${first}\n${BUSY}`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

it('keeps the size of the young generation fixed where Node would increase it', () => {
  const grown = spaces('');
  expect(grown.after).toBeGreaterThan(4 * grown.before);
  const kept = spaces(`import { keepYoungGeneration } from ${JSON.stringify(MODULE)}; keepYoungGeneration(0);`);
  // Its other half is made with the first look at it.
  expect(kept.after).toBeLessThanOrEqual(2 * kept.before);
});
