// `npm start`: builds dist/ where it is missing or older than its sources, then plays the story (demo/story/start.ts).
// With --wine the trial uses the rig of the Wine tests, whose TypeScript is in no build: Vite loads it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['src', 'main', 'renderer', 'demo', 'scripts/build.mjs', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const BUILT = ['dist/demo/story/start.js', 'dist/host/hermes-gateway.cjs', 'dist/demo/page/index.html'];

/** @param {string} name a file or folder of the project */
function newestMs(name) {
  const top = path.join(root, name);
  const files = statSync(top).isDirectory()
    ? readdirSync(top, { recursive: true, encoding: 'utf8' }).map(file => path.join(top, file))
    : [top];
  return Math.max(...files.map(file => statSync(file).mtimeMs));
}

function isBuilt() {
  if (!BUILT.every(file => existsSync(path.join(root, file)))) return false;
  const builtMs = Math.min(...BUILT.map(newestMs));
  return SOURCES.every(source => newestMs(source) <= builtMs);
}

if (!isBuilt()) {
  if (!existsSync(path.join(root, 'node_modules/typescript'))) {
    console.error('The dependencies are not installed yet.\nRun "npm ci", then "npm start" again.');
    process.exit(1);
  }
  console.error('Building…');
  // The build's output goes to stderr, because the story may print JSON to stdout.
  execFileSync(process.execPath, [path.join(root, 'scripts/build.mjs')], { stdio: ['ignore', process.stderr, process.stderr] });
}

/** @param {string[]} argv */
async function play(argv) {
  if (argv.includes('--wine')) {
    const { runnerImport } = await import('vite');
    const { module } = await runnerImport(path.join(root, 'test/wine/story.ts'), { root, configFile: false, logLevel: 'error' });
    return module.exitCode;
  }
  const { start } = await import(pathToFileURL(path.join(root, 'dist/demo/story/start.js')).href);
  return await start(argv, root);
}

// After Ctrl+C, abandoned operations may still be pending: exit explicitly.
process.exit(await play(process.argv.slice(2)));
