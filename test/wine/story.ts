// `npm start -- --wine`: the story of demo/story with the rig as its system. A program that no build contains: demo/start.mjs has Vite
// run it, and takes what it exports for its exit code.
import { fileURLToPath } from 'node:url';
import { start } from '../../demo/story/start.ts';
import { openWineSystem } from './wine-system.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const exitCode = await start(process.argv.slice(2), root, openWineSystem);
