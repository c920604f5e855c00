/**
 * Whether this program is one of the two executables that users get (scripts/build-host.mjs), and the files inside them. Such a program has
 * no files of its own that Node could name.
 * Source: "Single executable applications" (Node).
 */

/** Node's module for it; absent in a Node or an Electron without it. */
const sea = (): typeof import('node:sea') | undefined => process.getBuiltinModule?.('node:sea');

export const singleExecutable = (): boolean => sea()?.isSea() ?? false;

/** The text of a file inside the executable. Throws where there is no such file. */
export function assetText(name: string): string {
  const text = sea()?.getAsset(name, 'utf8');
  if (text === undefined) throw new TypeError(`There is no ${name} in this program.`);
  return text;
}
