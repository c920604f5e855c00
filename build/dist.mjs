// @ts-check
// Packages the app into build/out, after "npm run build" and "npm run build:host". Arguments are passed to electron-builder, which downloads
// Electron and its own tools.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBuilt, stage } from './stage.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
requireBuilt();
stage(path.join(here, 'app'));
const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js');
const args = ['--win', '--projectDir', path.dirname(here), '--config', 'electron-builder.yml', ...process.argv.slice(2)];
execFileSync(process.execPath, [builder, ...args], { stdio: 'inherit' });
