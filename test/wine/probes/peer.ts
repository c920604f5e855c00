// Who serves a pipe, asked by another process than the one that serves it.
import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { closeHandle } from '../../../src/windows/handle.ts';
import { createJob } from '../../../src/windows/job.ts';
import { openChildOutput, openNothing } from '../../../src/windows/pipe.ts';
import { startProcess } from '../../../src/windows/process-birth.ts';

const name = '\\\\.\\pipe\\hermes-peer-test';
const server = net.createServer(socket => socket.on('error', () => socket.destroy()));
server.listen(name);
await once(server, 'listening');
const asker = fileURLToPath(new URL('./call.js', import.meta.url));
const { stream, childEnd } = await openChildOutput();
const birth = { program: process.execPath, args: [asker, 'pipe', 'pipeServerPid', JSON.stringify([name])], cwd: 'C:\\', job: createJob() };
const born = startProcess(birth, { input: openNothing(), output: childEnd });
closeHandle(childEnd);
const answer: unknown = JSON.parse(await text(stream));
await born.exited;
console.log(JSON.stringify({ answer, pid: process.pid }));
process.exit(0);
