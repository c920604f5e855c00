// A service that keeps a child in the session of the signed-in user, as the broker does: parent-service NAME. Both write to C:\NAME.log.
// A child that ends by itself is a failure, and this process dies of it; a stop goes down the child's stdin.
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closeHandle } from '../../../src/windows/handle.ts';
import { createJob } from '../../../src/windows/job.ts';
import { openChildInput } from '../../../src/windows/pipe.ts';
import { startProcessAs } from '../../../src/windows/process-birth.ts';
import { terminateSelf } from '../../../src/windows/process-info.ts';
import { connectService } from '../../../src/windows/service-host.ts';
import { chooseSession, openSessionToken, sessionsWithUser } from '../../../src/windows/session.ts';

const [, , name = '', role = 'service'] = process.argv;
const log = (line: string): void => appendFileSync(`C:\\${name}.log`, `${role} ${process.pid} ${line}\n`);

async function service(): Promise<void> {
  const host = await connectService(name);
  host.reportRunning();
  const session = chooseSession(sessionsWithUser());
  if (!session) throw new Error('nobody is signed in');
  const token = openSessionToken(session.id);
  const job = createJob();
  const { input, childEnd } = openChildInput();
  const birth = { program: process.execPath, args: [fileURLToPath(import.meta.url), name, 'child'], cwd: 'C:\\', job };
  const child = startProcessAs(token, birth, { input: childEnd });
  closeHandle(childEnd);
  closeHandle(token);
  let stopping = false;
  host.onControl(control => {
    if (control.kind !== 'stop') return;
    stopping = true;
    host.reportStopping();
    input.write('{"verb":"stop"}\n').then(
      () => input.end(),
      error => log(`error ${error}`),
    );
  });
  const exitCode = await child.exited;
  log(`child ended ${exitCode}`);
  if (!stopping) terminateSelf(1);
  while (job.activeProcesses() > 0) await new Promise(resolve => setTimeout(resolve, 20));
  await host.reportStopped();
  log('stopped');
  process.exit(0);
}

function child(): void {
  log('up');
  process.stdin.on('data', line => log(`heard ${String(line).trim()}`));
  process.stdin.on('end', () => process.exit(0));
}

if (role === 'child') child();
else
  service().catch(error => {
    log(`error ${error}`);
    terminateSelf(2);
  });
