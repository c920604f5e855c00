/**
 * Whether this program is one of the two executables that users get (scripts/build-host.mjs), and what was put into them beside the program
 * itself. Node names no file of such a program: it has none.
 * Source: "Single executable applications" (Node).
 */

/** Node's module for it; absent from a Node or an Electron that has none. */
const sea = (): typeof import('node:sea') | undefined => process.getBuiltinModule?.('node:sea');

export const singleExecutable = (): boolean => sea()?.isSea() ?? false;

/** The text of a file that was put in. Throws where there is no such file. */
export function assetText(name: string): string {
  const text = sea()?.getAsset(name, 'utf8');
  if (text === undefined) throw new TypeError(`There is no ${name} in this program.`);
  return text;
}
