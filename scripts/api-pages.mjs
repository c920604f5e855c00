// @ts-check
// Writes docs/api: one page for each entry point of the package, by typedoc from the comments in the source. typedoc needs the compiler's
// library, which TypeScript 7 does not have yet; both are installed in build/.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FOLDER = path.join(root, 'docs/api');
/** Source by page. */
const ENTRIES = { main: 'main/register.ts', preload: 'main/gateway-service-bridge.ts', renderer: 'renderer/index.ts' };

/**
 * The pages by name. Needs `npm ci --prefix build`.
 * @returns {Promise<Record<string, string>>}
 */
export async function apiPages() {
  const out = mkdtempSync(path.join(tmpdir(), 'hg-api-'));
  try {
    const unions = await generate(out);
    const page = (/** @type {[string, string]} */ [name, source]) => {
      const text = readFileSync(path.join(out, source.replace(/(\/index)?\.ts$/, '.md')), 'utf8');
      return [name, `${head(name, source)}\n${linked(text, unions).trim()}\n`];
    };
    return Object.fromEntries(Object.entries(ENTRIES).map(page));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const head = (/** @type {string} */ name, /** @type {string} */ source) =>
  `# hermes-gateway-service/${name}\n\n\`npm run api\` writes this page from the comments in \`${source}\` and what it exports.\n`;

/**
 * Writes the pages, and resolves with the names of the exported unions of texts, by their members.
 * @param {string} out
 */
async function generate(out) {
  const installed = createRequire(path.join(root, 'build/package.json'));
  const { Application, Converter, ReflectionKind } = await import(pathToFileURL(installed.resolve('typedoc')).href);
  const app = await Application.bootstrapWithPlugins({
    entryPoints: Object.values(ENTRIES).map(source => path.join(root, source)),
    // It includes what imports them.
    tsconfig: path.join(root, 'examples/tsconfig.json'),
    plugin: [installed.resolve('typedoc-plugin-markdown')],
    out,
    outputFileStrategy: 'modules',
    logLevel: 'Error',
    readme: 'none',
    excludeExternals: true,
    excludePrivate: true,
    disableSources: true,
    skipErrorChecking: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    propertyMembersFormat: 'table',
  });
  /** @type {Map<string, string>} */
  const unions = new Map();
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (/** @type {any} */ context, /** @type {any} */ reflection) => {
    if (!reflection.kindOf(ReflectionKind.TypeAlias)) return;
    const type = context.checker.getDeclaredTypeOfSymbol(context.getSymbolFromReflection(reflection));
    if (!type.isUnion() || !type.types.every((/** @type {any} */ each) => each.isStringLiteral())) return;
    unions.set(keyOf(type.types.map((/** @type {any} */ each) => each.value)), reflection.name);
  });
  const project = await app.convert();
  if (!project) throw new Error('typedoc found an error.');
  await app.generateOutputs(project);
  return unions;
}

const keyOf = (/** @type {readonly string[]} */ members) => [...members].sort().join();

/**
 * The compiler writes out a union wherever it is used; the page links to its name instead.
 * @type {(text: string, unions: ReadonlyMap<string, string>) => string}
 */
function linked(text, unions) {
  const inPages = text.replace(/\]\((?:[\w./-]+\/)?([\w-]+)\.md#/g, (link, file) => {
    const page = Object.entries(ENTRIES).find(([, source]) => source.includes(file));
    return page ? `](${page[0]}.md#` : link;
  });
  return inPages.replace(/(?<!\*\* = )(?:`"[^"`]+"` \\\| )+`"[^"`]+"`/g, run => {
    const name = unions.get(keyOf([...run.matchAll(/"([^"]+)"/g)].map(([, member = '']) => member)));
    return name === undefined ? run : `[\`${name}\`](#${name.toLowerCase()})`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(await apiPages())) writeFileSync(path.join(FOLDER, `${name}.md`), text);
}
