// @ts-check
// Writes THIRD-PARTY-NOTICES.md: the licences of what this package contains or depends on at run time, from the lockfile and the installed
// packages. The licence of Node, which the executables for Windows contain, is a file of theirs (build-host.mjs).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FILE = path.join(root, 'THIRD-PARTY-NOTICES.md');
const HEAD = `# Third-party notices

This package contains, or installs beside itself, parts of these programs. \`npm run notices\` writes this file from package-lock.json.
The executables for Windows also contain Node.js, whose licence is in the file LICENSE-node.txt beside them.
`;

/** @typedef {{ version: string, license?: string, name?: string, dev?: boolean, devOptional?: boolean, optional?: boolean }} Locked */

/** Without what only developers get, and without the binaries of koffi, whose licence is that of koffi. */
export function notices() {
  /** @type {{ packages: Record<string, Locked> }} */
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(packages).filter(
    ([folder, { dev, devOptional, optional }]) => folder && !dev && !devOptional && !optional,
  );
  return [HEAD, ...shipped.map(([folder, locked]) => section(folder, locked))].join('\n');
}

/** @type {(folder: string, locked: Locked) => string} */
function section(folder, { version, license, name = folder.replace(/^.*node_modules\//, '') }) {
  const file = readdirSync(path.join(root, folder)).find(each => /^licen[cs]e(\.(md|txt))?$/i.test(each));
  if (file === undefined) throw new Error(`${name} has no file with its licence.`);
  const text = readFileSync(path.join(root, folder, file), 'utf8')
    .replaceAll('\r\n', '\n')
    .trim();
  return `## ${name} ${version} (${license})\n\n\`\`\`text\n${text}\n\`\`\`\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, notices());
