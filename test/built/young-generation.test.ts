// A space that V8 would let grow stays small, in a process of its own: V8's flags are a whole process'.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const MODULE = new URL('../../dist/src/host/young-generation.js', import.meta.url).href;

/** Much is made in turns of the event loop, and some of it survives a while. Prints the most bytes that the space had. */
const BUSY = `
  const size = () => v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
  await new Promise(resolve => setTimeout(resolve, 50));
  let most = 0;
  const kept = [];
  for (let turn = 0; turn < 200; turn += 1) {
    kept[turn % 8] = Array.from({ length: 20_000 }, (_, index) => ({ index, turn }));
    await new Promise(resolve => setImmediate(resolve));
    most = Math.max(most, size());
  }
  console.log(most);
`;

function mostBytes(first: string): number {
  const script = `import v8 from 'node:v8';\n${first}\n${BUSY}`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

it('keeps the young generation small where Node would increase it', () => {
  const grown = mostBytes('');
  const kept = mostBytes(`import { keepYoungGeneration } from ${JSON.stringify(MODULE)}; keepYoungGeneration(0);`);
  // Newer versions of V8 make the space page by page, so how much of its first size there is at the start tells nothing.
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(grown / 4);
});
