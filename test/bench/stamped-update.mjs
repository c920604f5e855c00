// @ts-check
// An update that does nothing but say when: `node stamped-update.mjs FILE` writes when its process began and ended, in milliseconds since 1970.
import { writeFileSync } from 'node:fs';

writeFileSync(String(process.argv[2]), JSON.stringify({ began: performance.timeOrigin, ended: Date.now() }));
