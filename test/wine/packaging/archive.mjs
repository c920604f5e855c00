#!/usr/bin/env node
// Stands in for 7za, which electron-builder downloads: `archive.mjs a [switches] FILE.7z ENTRY…` appends to an archive that plugins.c takes
// apart: of each file the length of its path, the path (UTF-16, with backslashes), the length of its content and the content, numbers in 32 bits.
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const args = process.argv.slice(2).filter(argument => !argument.startsWith('-'));
const at = args.findIndex(argument => argument.endsWith('.7z'));
const [archive = '', ...entries] = args.slice(at);

/** @returns {string[]} */
const filesOf = (/** @type {string} */ entry) =>
  statSync(entry).isDirectory() ? readdirSync(entry).flatMap(name => filesOf(path.join(entry, name))) : [path.normalize(entry)];

const number = (/** @type {number} */ value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

for (const file of entries.flatMap(filesOf)) {
  const name = Buffer.from(file.replaceAll('/', '\\'), 'utf16le');
  const content = readFileSync(file);
  appendFileSync(archive, Buffer.concat([number(name.length / 2), name, number(content.length), content]));
}
