// Serves a pipe in somebody else's name: squatter PIPE PID. To whoever says anything it claims to be the runner PID, in a phase that no
// runner of a test is in. Each visit is a line in C:\visits: "came", and what was said.
import { appendFileSync } from 'node:fs';
import net from 'node:net';
import type { RunnerState } from '../../../src/model/facts.ts';

const [, , pipe = '', pid = ''] = process.argv;
const state: RunnerState = {
  schema: 1,
  service: 'HermesGateway',
  runnerPid: Number(pid),
  phase: 'degraded',
  since: new Date().toISOString(),
  problems: [],
};
const note = (line: string): void => appendFileSync('C:\\visits', `${line}\n`);

net
  .createServer(socket => {
    note('came');
    socket.on('error', () => socket.destroy());
    socket.on('data', said => {
      note(`said ${said}`);
      socket.write(`${JSON.stringify({ state })}\n`);
    });
  })
  .listen(pipe, () => note(`serves as ${process.pid}`));
