#!/usr/bin/env node
// Starts the host with V8's code cache, which saves a fifth of the start time. scripts/compile-host.mjs copies this file to
// `hermes-gateway.cjs`, beside the bundle `program.cjs` and its code cache `program.code`. Without a valid cache, V8 compiles the program as
// usual. (The single executable application of Windows contains its own cache.)
'use strict';
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const filename = path.join(__dirname, 'program.cjs');
const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'utf8').replace(/^#!/, '//')}\n})`;

/** V8 checks only its version and flags, so the file begins with the SHA-256 of the program's text and the cache. */
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
