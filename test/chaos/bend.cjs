// @ts-check
// Bends for the processes of one sandbox what a test cannot bend for a whole machine: the clock, by the milliseconds in `clock`, and the room
// on the disk of the state folders, which is gone while there is a file `full`. Both lie in the folder that GATEWAY_CHAOS names; without it
// nothing is bent. Loaded before everything else, by NODE_OPTIONS.
const fs = require('node:fs');
const path = require('node:path');

const REREAD_MS = 20;
const RealDate = Date;
let offsetMs = 0;
let readAtMs = Number.NEGATIVE_INFINITY;

function now() {
  const at = performance.now();
  if (at - readAtMs > REREAD_MS) {
    readAtMs = at;
    try {
      offsetMs = Number(fs.readFileSync(path.join(process.env['GATEWAY_CHAOS'] ?? '', 'clock'), 'utf8'));
    } catch {
      offsetMs = 0;
    }
  }
  return RealDate.now() + offsetMs;
}

globalThis.Date = /** @type {DateConstructor} */ (
  class extends RealDate {
    /** @param {any[]} args */
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(.../** @type {[number]} */ (args));
    }

    /** @override */
    static now() {
      return now();
    }
  }
);

/** @param {unknown} file */
function refuse(file) {
  const folder = process.env['GATEWAY_CHAOS'];
  const state = process.env['XDG_STATE_HOME'];
  if (!folder || !state || typeof file !== 'string' || !file.startsWith(state) || !fs.existsSync(path.join(folder, 'full'))) return;
  throw Object.assign(new Error(`ENOSPC: no space left on device, write '${file}'`), {
    code: 'ENOSPC',
    errno: -28,
    syscall: 'write',
    path: file,
  });
}

for (const name of /** @type {const} */ (['writeFileSync', 'appendFileSync', 'mkdirSync'])) {
  const real = /** @type {(...args: unknown[]) => unknown} */ (fs[name]);
  Object.assign(fs, {
    [name]: (/** @type {unknown[]} */ ...args) => {
      refuse(args[0]);
      return real(...args);
    },
  });
}
for (const name of /** @type {const} */ (['writeFile', 'appendFile'])) {
  const real = /** @type {(...args: unknown[]) => Promise<unknown>} */ (fs.promises[name]);
  Object.assign(fs.promises, {
    [name]: async (/** @type {unknown[]} */ ...args) => {
      refuse(args[0]);
      return real(...args);
    },
  });
}
const { open } = fs.promises;
fs.promises.open = async (file, flags, mode) => {
  const handle = await open(file, flags, mode);
  for (const name of /** @type {const} */ (['write', 'writeFile', 'appendFile'])) {
    const real = /** @type {(...args: unknown[]) => Promise<unknown>} */ (handle[name]).bind(handle);
    Object.assign(handle, {
      [name]: async (/** @type {unknown[]} */ ...args) => {
        refuse(file);
        return real(...args);
      },
    });
  }
  return handle;
};
