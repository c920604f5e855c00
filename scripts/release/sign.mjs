// @ts-check
// Signs files in place, on Windows: "node scripts/release/sign.mjs FILE…", which is also a command for "npm run build:host -- --sign". The environment
// decides how. Azure Trusted Signing: SIGNING_METADATA is the text of its metadata.json, SIGNING_LIBRARY the file Azure.CodeSigning.Dlib.dll,
// and the library itself reads AZURE_… . A certificate: SIGNING_CERTIFICATE is a PFX file in Base64, SIGNING_PASSWORD its password. With neither,
// nothing is signed, and the notes of the release say so.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const KITS = 'C:\\Program Files (x86)\\Windows Kits\\10\\bin';

/**
 * The arguments of signtool before the files; undefined without secrets. A time stamp, because a signature without one ends with the
 * certificate.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {(name: string, content: string | Buffer) => string} keep writes a file, and gives its path
 * @returns {readonly string[] | undefined}
 */
export function signingArguments(env, keep) {
  const { SIGNING_LIBRARY, SIGNING_METADATA, SIGNING_CERTIFICATE, SIGNING_PASSWORD } = env;
  const stamped = (/** @type {string} */ server) => ['sign', '/fd', 'SHA256', '/td', 'SHA256', '/tr', server];
  if (SIGNING_LIBRARY && SIGNING_METADATA) {
    const metadata = keep('metadata.json', SIGNING_METADATA);
    return [...stamped('http://timestamp.acs.microsoft.com'), '/dlib', path.resolve(SIGNING_LIBRARY), '/dmdf', metadata];
  }
  if (SIGNING_CERTIFICATE && SIGNING_PASSWORD) {
    const certificate = keep('certificate.pfx', Buffer.from(SIGNING_CERTIFICATE, 'base64'));
    return [...stamped('http://timestamp.digicert.com'), '/f', certificate, '/p', SIGNING_PASSWORD];
  }
  return undefined;
}

/** @param {readonly string[]} files */
export function sign(files) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'signing-'));
  const keep = (/** @type {string} */ name, /** @type {string | Buffer} */ content) => {
    const file = path.join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  try {
    const signing = signingArguments(process.env, keep);
    if (signing) execFileSync(signtool(), [...signing, ...files], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The signtool of the newest Windows SDK. @returns {string} */
function signtool() {
  const versions = existsSync(KITS) ? readdirSync(KITS).filter(name => name.startsWith('10.')) : [];
  versions.sort((one, other) => other.localeCompare(one, 'en', { numeric: true }));
  const found = versions.map(version => path.win32.join(KITS, version, 'x64', 'signtool.exe')).find(file => existsSync(file));
  if (!found) throw new Error('signtool is missing. Install the Windows SDK.');
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) sign(process.argv.slice(2));
