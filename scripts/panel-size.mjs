// Prints how much the panel weighs in a host app that brings React: its scripts and styles, each compressed as a server would.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const assets = fileURLToPath(new URL('../dist/renderer/assets/', import.meta.url));
const panelGzipBytes = readdirSync(assets)
  .filter(name => /\.(js|css)$/.test(name) && !name.startsWith('react-'))
  .reduce((sum, name) => sum + gzipSync(readFileSync(path.join(assets, name)), { level: 9 }).byteLength, 0);

console.log(JSON.stringify({ panelGzipBytes }));
