// @ts-check
// Copies the declarations that the package's exports lead to, and no others, from what tsc wrote: once for `import` and once for `require`,
// because TypeScript takes the module format of a declaration from the package.json above it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ENTRIES = ['main/register.d.ts', 'main/gateway-service-bridge.d.ts', 'renderer/index.d.ts'];
/** The styles and the program of the host export nothing; TypeScript refuses an import without a declaration. */
const EMPTY = /** @type {const} */ (['renderer.css.d.ts', 'host.d.ts']);
const IMPORT = /(\bfrom |\bimport\()(["'])(\.[^"']+)\.tsx?\2/g;

/** @param {string} dist */
export function writeLibraryTypes(dist) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  const collect = (/** @type {string} */ name) => {
    if (texts.has(name)) return;
    const text = readFileSync(path.join(dist, name), 'utf8');
    texts.set(name, text.replace(IMPORT, '$1$2$3.js$2'));
    for (const [, , , imported = ''] of text.matchAll(IMPORT)) collect(path.posix.join(path.posix.dirname(name), `${imported}.d.ts`));
  };
  ENTRIES.forEach(collect);
  write(path.join(dist, 'types'), 'module', texts);
  write(
    path.join(dist, 'types-commonjs'),
    'commonjs',
    new Map([...texts, ...EMPTY.map(name => /** @type {const} */ ([name, 'export {};\n']))]),
  );
}

/** @type {(folder: string, type: string, texts: ReadonlyMap<string, string>) => void} */
function write(folder, type, texts) {
  for (const [name, text] of new Map(texts).set('package.json', `${JSON.stringify({ type })}\n`)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
