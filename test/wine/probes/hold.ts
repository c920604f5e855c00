// Somebody who has a service open, as services.msc has: hold NAME. Makes C:\held, and lets go when C:\let-go appears.
import { existsSync, writeFileSync } from 'node:fs';
import { withService } from '../../../src/windows/scm.ts';

withService(process.argv[2] ?? '', ['queryStatus'], () => {
  writeFileSync('C:\\held', 'held');
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync('C:\\let-go')) Atomics.wait(nobody, 0, 0, 50);
});
