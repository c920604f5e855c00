// A service of ours at its smallest: service NAME HOW. It writes what it hears to C:\NAME.log.
// HOW: `steady` stops when asked, as soon as C:\NAME.go is there; `dies` ends as a crash 200 ms after it runs; `fails` reports STOPPED with
// the code 42.
import { appendFileSync, existsSync } from 'node:fs';
import { terminateSelf } from '../../../src/windows/process-info.ts';
import { connectService } from '../../../src/windows/service-host.ts';

const [, , name = '', how = 'steady', ...more] = process.argv;
const log = (line: string): void => appendFileSync(`C:\\${name}.log`, `${process.pid} ${line}\n`);

try {
  const service = await connectService(name);
  log(`connected ${service.startReason ?? 'unknown-reason'} ${JSON.stringify(more)}`);
  service.reportRunning();
  service.onControl(control => {
    log(JSON.stringify(control));
    if (control.kind !== 'stop') return;
    service.reportStopping();
    const waiting = setInterval(() => {
      if (!existsSync(`C:\\${name}.go`)) return;
      clearInterval(waiting);
      service.reportStopped().then(() => {
        log('dispatcher returned');
        process.exit(0);
      }, fail);
    }, 50);
  });
  if (how === 'dies') setTimeout(() => terminateSelf(1), 200);
  if (how === 'fails') setTimeout(() => service.reportStopped({ serviceExitCode: 42 }).then(() => process.exit(0), fail), 200);
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  log(`error ${error instanceof Error ? error.message : String(error)}`);
  process.exit(3);
}
