import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { childOutput } from '../../src/process/child-output.ts';

it('gives all output, and leaves the pipe open until Node has flushed it', async () => {
  const output = [Buffer.from('one\n'), Buffer.from('two\n'), null];
  let flushed = () => {};
  const pipe = new Duplex({
    allowHalfOpen: false,
    read: () => void pipe.push(output.shift()),
    final: done => {
      flushed = done;
    },
  });
  const closed = once(pipe, 'close');
  let read = '';
  for await (const chunk of childOutput(pipe)) read += chunk;
  expect(read).toBe('one\ntwo\n');
  expect(pipe.destroyed).toBe(false);
  flushed();
  await closed;
});
