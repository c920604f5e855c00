// A gateway whose agent has a shell: it runs the command lines of shell.json in its home, one after the other, as its own child processes,
// and writes what they answered to shell-answer.json. All else is the sample gateway's.
//   gateway-with-shell.mjs SAMPLE-GATEWAY gateway run
import { spawn } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const home = process.env['HERMES_HOME'] ?? '';
const asked = path.join(home, 'shell.json');
const answered = path.join(home, 'shell-answer.json');

/** @param {{ argv: string[], env?: NodeJS.ProcessEnv }} command `env`: all its variables, instead of the gateway's. */
function run({ argv: [program = '', ...args], env = process.env }) {
  return new Promise(resolve => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const answer = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', text => (answer.stdout += text));
    child.stderr.on('data', text => (answer.stderr += text));
    child.once('exit', code => resolve({ ...answer, code }));
  });
}

let running = false;
setInterval(async () => {
  if (running) return;
  let commands;
  try {
    commands = JSON.parse(readFileSync(asked, 'utf8'));
  } catch {
    return;
  }
  running = true;
  rmSync(asked);
  const answers = [];
  for (const command of commands) answers.push(await run(command));
  writeFileSync(`${answered}.tmp`, JSON.stringify(answers));
  renameSync(`${answered}.tmp`, answered);
  running = false;
}, 50);

const [, , sample = ''] = process.argv;
process.argv.splice(1, 1);
await import(pathToFileURL(sample).href);
