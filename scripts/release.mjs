// @ts-check
// `npm run release` makes everything that a release consists of, in dist/release, and publishes it. `-- --dry-run` publishes nothing, and says what was
// left out and why. The host is that of dist/windows-host; where it is missing, it is built. docs/roll-out.md has the steps of a release.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { HOST_PACKAGE, layOutHostPackage, missingFiles, pack } from './package.mjs';
import { canMakeMsi, makeMsi, msiName, productCode } from './release/msi.mjs';
import { changesOf, releaseNotes } from './release/notes.mjs';
import { sign } from './release/sign.mjs';
import { wingetManifests } from './release/winget.mjs';
import { sbom } from './sbom.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { version } = packageJson;
const tag = `v${version}`;
const repository = packageJson.repository.url.replace(/^git\+|\.git$/g, '');
const out = path.join(root, 'dist/release');
const host = path.join(root, 'dist/windows-host');
const isDry = process.argv.includes('--dry-run');
const msi = path.join(out, msiName(version));
const NOTES = 'notes.md';

/** The tarballs of npm, in the order of their publication: the main one names the other. @type {string[]} */
const packages = [];
/** What was left out, with the reason. @type {[string, string][]} */
const leftOut = [];
/** @type {(name: string) => string} */
const read = name => readFileSync(path.join(root, name), 'utf8');
/** @type {(file: string) => string} */
const sha256 = file => createHash('sha256').update(readFileSync(file)).digest('hex');
/** npm is a batch file on Windows. @type {(...args: string[]) => void} */
const npm = (...args) => void execFileSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });

/** A signature is the data directory of that name. @type {(file: string) => boolean} */
function isSigned(file) {
  const bytes = readFileSync(file);
  return bytes.readUInt32LE(bytes.readUInt32LE(0x3c) + 24 + 112 + 8 * 4 + 4) > 0;
}

/** The MSI of this run, or one that an earlier step made and signed; undefined where there is none. @returns {string | undefined} */
function makeInstaller() {
  if (!existsSync(msi) && canMakeMsi()) makeMsi(host, msi, version);
  if (existsSync(msi)) return msi;
  leftOut.push(['the MSI and its winget manifests', 'wixl is missing (apt-get install wixl)']);
  return undefined;
}

/** @param {string} file the MSI */
function writeWinget(file) {
  const folder = path.join(out, 'winget');
  mkdirSync(folder);
  const url = `${repository}/releases/download/${tag}/${path.basename(file)}`;
  const date = new Date().toISOString().slice(0, 10);
  const release = {
    version,
    url,
    sha256: sha256(file),
    productCode: productCode(version),
    date,
    page: `${repository}/releases/tag/${tag}`,
  };
  for (const [name, text] of wingetManifests(release)) writeFileSync(path.join(folder, name), text);
}

/** The packages of npm, and what administrators need beside the MSI. */
function packAll() {
  const { tarball, files } = pack(root, out);
  const missing = missingFiles(packageJson, files);
  if (missing.length > 0) throw new Error(`${tarball} lacks ${missing.join(', ')}. Run "npm run build" first.`);
  const staging = mkdtempSync(path.join(os.tmpdir(), 'hermes-gateway-release-'));
  try {
    layOutHostPackage(host, path.join(staging, HOST_PACKAGE));
    packages.push(pack(path.join(staging, HOST_PACKAGE), out).tarball, tarball);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  // Windows has a tar, too.
  const folders = [
    '-C',
    path.join(root, 'build'),
    'policy',
    'intune',
    ...(existsSync(path.join(out, 'winget')) ? ['-C', out, 'winget'] : []),
  ];
  execFileSync('tar', ['-czf', 'administration.tar.gz', ...folders], { cwd: out });
}

/** @returns {string} The notes of this version; in a dry run, those of the next one. */
function changes() {
  const found = changesOf(read('CHANGELOG.md'), version) ?? (isDry ? changesOf(read('CHANGELOG.md'), 'Unreleased') : undefined);
  if (!found) throw new Error(`CHANGELOG.md has no section for ${version}. Rename "Unreleased" to "${version} - DATE" first.`);
  return found;
}

/** Where the tag that is built is not that of this version, a release would have the wrong name. */
function requireTag() {
  const built = process.env['GITHUB_REF_NAME'];
  if (built !== tag) throw new Error(`This is version ${version}, and the tag is ${built ?? 'missing'}. Push the tag ${tag}.`);
}

/** What is attached to the release. @returns {readonly string[]} */
const assets = () =>
  readdirSync(out, { withFileTypes: true }).flatMap(entry => (entry.isFile() && entry.name !== NOTES ? [entry.name] : []));

function publish() {
  const about = ['--title', tag, '--notes-file', NOTES, '--verify-tag'];
  execFileSync('gh', ['release', 'create', tag, ...assets(), ...about], { cwd: out, stdio: 'inherit' });
  for (const tarball of packages) npm('publish', tarball, '--provenance', '--access', 'public');
}

if (!isDry) requireTag();
const text = changes();
for (const [needed, script] of [
  ['dist/library', 'build'],
  ['dist/windows-host/manifest.json', 'build:host'],
])
  if (!existsSync(path.join(root, needed ?? ''))) npm('run', script ?? '');
// An MSI that was signed in an earlier step stays.
for (const name of existsSync(out) ? readdirSync(out) : [])
  if (isDry || name !== path.basename(msi)) rmSync(path.join(out, name), { recursive: true });
mkdirSync(out, { recursive: true });
const installer = makeInstaller();
// Its hash is in the manifests of winget.
if (installer && !isDry) sign([installer]);
if (installer) writeWinget(installer);
packAll();
const { node } = JSON.parse(read('dist/windows-host/manifest.json'));
writeFileSync(path.join(out, 'sbom.cdx.json'), `${JSON.stringify(sbom(node), undefined, 2)}\n`);
copyFileSync(path.join(root, 'THIRD-PARTY-NOTICES.md'), path.join(out, 'THIRD-PARTY-NOTICES.md'));
writeFileSync(
  path.join(out, 'SHA256SUMS'),
  assets()
    .map(name => `${sha256(path.join(out, name))}  ${name}\n`)
    .join(''),
);
const isSignedHost = ['koffi.node', 'hermes-gateway.exe', 'hermes-gateway-host.exe'].every(name => isSigned(path.join(host, name)));
writeFileSync(path.join(out, NOTES), releaseNotes(text, isSignedHost));
if (!isSignedHost) leftOut.push(['signatures', 'the host in dist/windows-host is not signed; signtool and its secrets are on Windows']);
if (isDry) leftOut.push(['the GitHub release, the packages of npm and their provenance', 'this is a dry run']);
else publish();
process.stdout.write(
  `Made in dist/release:\n${readdirSync(out)
    .map(name => `  ${name}\n`)
    .join('')}`,
);
if (leftOut.length > 0) process.stdout.write(`Left out:\n${leftOut.map(([what, why]) => `  ${what}: ${why}\n`).join('')}`);
