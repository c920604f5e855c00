// Prints the size of the panel in an app that has React: its scripts and styles, compressed with gzip. Only files that the page itself
// imports are counted.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const assets = fileURLToPath(new URL('../dist/renderer/assets/', import.meta.url));
const counted = new Set(readdirSync(assets).filter(name => /^index-.*\.(js|css)$/.test(name)));
for (const name of counted) {
  const text = readFileSync(path.join(assets, name), 'utf8');
  for (const [, imported] of text.matchAll(/\b(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    if (imported && !imported.startsWith('react-')) counted.add(imported);
}
const panelGzipBytes = [...counted].reduce(
  (sum, name) => sum + gzipSync(readFileSync(path.join(assets, name)), { level: 9 }).byteLength,
  0,
);

console.log(JSON.stringify({ panelGzipBytes }));
