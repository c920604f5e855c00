// What knip takes for reachable: files, exports and dependencies that no entry below leads to are reported as unused. `knip` looks at
// everything; `knip --production` looks at the code without its tests (entries with "!"), and finds what only tests use.
const production = process.argv.includes('--production');

/** @type {import('knip').KnipConfig} */
export default {
  entry: [
    'main/{electron,preload,register,gateway-service-bridge}.ts!',
    'renderer/{index.ts,library.ts,main.tsx,vite.config.ts}!',
    'src/cli/hermes-gateway.ts!',
    // Started as threads, or put in the place of a package by the bundler.
    'src/{windows/session-end-thread,windows/koffi-{beside,of-host},elevation/sudo-prompt-thread}.ts!',
    // Loaded by name, by a server that translates TypeScript.
    'demo/story/start.ts!',
    'demo/page/{main.tsx,panel.tsx,vite.config.ts}!',
    'demo/pictures/*.mjs!',
    'scripts/*.{mjs,cjs}!',
    'scripts/release/sign.mjs!',
    'build/*.mjs!',
    '{test,examples,integrations}/**/*.test.ts',
    'test/**/*.{mjs,cjs}',
    'test/{wine,windows}/probes/*.ts',
    'test/wine/story.ts',
    'test/windows/windows.ts',
    'test/renderer/fixture/*.{ts,tsx}',
    'test/support/interruption.ts',
    'examples/{quick-start,recipes}/*.{ts,tsx}',
    'test/bench/bench.ts',
    'test/chaos/{kills,chaos,soak}.ts',
    'test/hermes/hermes.ts',
  ],
  project: ['{src,main,renderer,demo,scripts,build}/**/*.{ts,tsx,mjs,cjs}!', 'test/**/*.{ts,tsx,mjs,cjs}'],
  // Pure parts of a file are exported for their tests; what its own file uses is no dead code.
  ignoreExportsUsedInFile: production,
  // Tests below Wine call functions of src/windows by their names; the run for production still finds those that nothing else uses.
  ignoreIssues: production ? {} : { 'src/windows/**': ['exports'] },
  // Tests use the types of the one in the place of those of electron, and have an app that uses the other.
  ignoreDependencies: ['electron-newest', 'webpack'],
  ignoreBinaries: [
    /^(mount|umount|taskset|mkfifo|unshare|dpkg-query|setarch|openssl|osslsigncode|wixl|msiinfo|gh|hermes-gateway|sc\.exe|pwsh)$/,
  ],
};
