// @ts-check
// An app in the middle of its own update, without a window: the engine of the main process, as a host app has it, with every gateway of a
// home down while a command runs. `node updating-app.mjs HOME COMMAND…`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @param {string} file the build is not there when types are checked */
const built = file => import(new URL(`../../dist/main/${file}`, import.meta.url).href);
const { openEngine } = await built('engine.js');
const { updateWhileDown } = await built('updater/every-profile.js');

const [home, program = '', ...args] = process.argv.slice(2);
const engine = await openEngine({ hostDir: fileURLToPath(new URL('../../dist/host', import.meta.url)), home });
await updateWhileDown(
  engine,
  { who: 'an app', what: 'Hermes' },
  async (/** @type {unknown} */ _onProgress, /** @type {(pid?: number) => Promise<void>} */ doneBy) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    await doneBy(child.pid);
    await ended;
  },
);
process.exit(0);
