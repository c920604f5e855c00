// @ts-check
// The sample gateway with what agents do beside it: it starts cmd, git and node again and again, without a word about windows, as programs
// that were written elsewhere do. Whether a window shows is up to how the gateway itself was born.
import { spawn } from 'node:child_process';

const COMMANDS = [
  ['cmd', '/d', '/c', 'ver'],
  ['git', '--version'],
  [process.execPath, '-e', '0'],
];

if (!process.argv.includes('--help')) {
  setInterval(() => {
    for (const [program = '', ...args] of COMMANDS) spawn(program, args, { stdio: 'ignore' }).on('error', () => undefined);
  }, 1_000);
}
await import('../../examples/sample-gateway/gateway.mjs');
