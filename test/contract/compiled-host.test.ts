// The built host with V8's code cache beside it: the cache is used, and a damaged cache does not prevent a start.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PROGRAM } from '../support/embedded-harness.ts';

/** Says on standard error whether V8 took the code: undefined where it was given none. */
const WATCHED = `const vm = require('node:vm'); const { Script } = vm;
vm.Script = class extends Script { constructor(...all) { super(...all); console.error('refused: ' + this.cachedDataRejected); } };`;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-compiled-host-'));
  fs.cpSync(path.dirname(PROGRAM), path.join(folder, 'host'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'watched.cjs'), WATCHED);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const code = () => path.join(folder, 'host/program.code');

function started(): string {
  const args = ['--require', path.join(folder, 'watched.cjs'), path.join(folder, 'host/hermes-gateway.cjs'), '--version'];
  return execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', process.execPath, ...args], { encoding: 'utf8' });
}

it('starts from the compiled code of the build in any folder', () => {
  expect(started()).toMatch(/^refused: false\n\d+\.\d+\.\d+\n$/);
});

it('compiles the host when the cached code is missing', () => {
  fs.rmSync(code());
  expect(started()).toMatch(/^refused: undefined\n\d+\.\d+\.\d+\n$/);
});

it.each([0, 40, 200_000])('compiles the host when byte %i of the cached code differs', at => {
  const bytes = fs.readFileSync(code());
  bytes[at] = ~(bytes[at] ?? 0) & 0xff;
  fs.writeFileSync(code(), bytes);
  expect(started()).toMatch(/^refused: undefined\n\d+\.\d+\.\d+\n$/);
});

it('compiles the host when the cached code belongs to another program', () => {
  fs.appendFileSync(path.join(folder, 'host/program.cjs'), ';');
  expect(started()).toMatch(/^refused: undefined\n\d+\.\d+\.\d+\n$/);
});
