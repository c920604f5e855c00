#!/usr/bin/env node
// The host with V8's compiled code beside it: reading half a megabyte of program takes a fifth of a start. Built as `hermes-gateway.cjs`, with
// the bundle as `program.cjs` and its code as `program.code` beside it, by scripts/compile-host.mjs. Without its code, or under another V8, the
// program is compiled as ever. (The single executable of Windows has its code inside.)
'use strict';
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const filename = path.join(__dirname, 'program.cjs');
const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'utf8').replace(/^#!/, '//')}\n})`;

/** V8 sees whether the code is its own, and trusts it then: the file begins with the SHA-256 of the program's text and its code. */
function compiledCode() {
  try {
    const file = readFileSync(path.join(__dirname, 'program.code'));
    const [sum, code] = [file.subarray(0, 32), file.subarray(32)];
    return createHash('sha256').update(text).update(code).digest().equals(sum) ? code : undefined;
  } catch {
    return undefined;
  }
}

const program = new vm.Script(text, { filename, cachedData: compiledCode() }).runInThisContext();
program(module.exports, createRequire(filename), module, filename, __dirname);
