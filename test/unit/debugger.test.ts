// Whether a debugger is attached to a process, by what Linux writes about it.
import { expect, it } from 'vitest';
import { isDebugged, isTraced } from '../../src/process/debugger.ts';

it.each([
  ['Name:\tpython\nTracerPid:\t4711\nUid:\t0', true],
  ['Name:\tpython\nTracerPid:\t0\nUid:\t0', false],
  ['Name:\tTracerPid: 1', false],
  ['', false],
])('reads from %j whether a debugger is attached: %s', (status, traced) => {
  expect(isTraced(status)).toBe(traced);
});

it('has none for this process, and for one that does not exist', () => {
  expect([isDebugged(process.pid), isDebugged(2 ** 22 + 1)]).toEqual([false, false]);
});
