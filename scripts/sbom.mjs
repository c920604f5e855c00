// @ts-check
// `npm run sbom` writes dist/sbom.cdx.json (CycloneDX): npm's list of what the package depends on at run time, and the Node that the
// executables for Windows contain.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const NPM = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only', '--omit', 'dev', '--omit', 'peer'];

/** @param {string} node version of the Node in the executables */
export function sbom(node) {
  // On Windows npm is a batch file.
  const output = execFileSync('npm', NPM, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  const document = JSON.parse(output);
  /** @type {{ name: string, version: string }} */
  const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  // npm takes the name of the folder.
  document.metadata.component.name = name;
  const ref = `pkg:generic/node@${node}`;
  document.components.push({
    'bom-ref': ref,
    type: 'application',
    name: 'node',
    version: node,
    purl: ref,
    licenses: [{ license: { id: 'MIT' } }],
  });
  return document;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @type {{ node: string }} */
  const { node } = JSON.parse(readFileSync(path.join(root, 'dist/windows-host/manifest.json'), 'utf8'));
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(path.join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(sbom(node), undefined, 2)}\n`);
}
