// Finds the types that the declarations of an entry mention and the entry does not export. TypeScript 7 has no interface for programs, so
// this uses the TypeScript that "Are the types wrong?" brings.
import { createRequire } from 'node:module';
import path from 'node:path';

/** The parts of TypeScript 5 that are used. */
interface Declaration {
  readonly typeName?: Declaration;
  readonly expression?: Declaration;
  getSourceFile(): { readonly fileName: string };
}
interface Name {
  readonly name: string;
  readonly flags: number;
  readonly declarations?: readonly Declaration[];
}

const require = createRequire(createRequire(import.meta.url).resolve('@arethetypeswrong/core'));
const ENTRIES = ['main/register.d.ts', 'main/gateway-service-bridge.d.ts', 'renderer/index.d.ts'];

/** @param folder of the declarations, with a separator at its end */
export function unnamedTypes(folder: string): readonly string[] {
  const ts = require('typescript');
  const files = ENTRIES.map(name => path.join(folder, name));
  const nodeNext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const program = ts.createProgram(files, { ...nodeNext, noLib: true, types: [] });
  const checker = program.getTypeChecker();
  const original = (name: Name): Name => (name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name);
  const isOurs = ({ flags, declarations = [] }: Name) =>
    !(flags & ts.SymbolFlags.TypeParameter) && declarations.some(each => path.normalize(each.getSourceFile().fileName).startsWith(folder));

  /** The types that a declaration mentions, at any depth. */
  const mentioned = (node: Declaration): Name[] => {
    const found: Name[] = [];
    const typeName = ts.isTypeReferenceNode(node) ? node.typeName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
    const name: Name | undefined = typeName && checker.getSymbolAtLocation(typeName);
    if (name) found.push(original(name));
    ts.forEachChild(node, (child: Declaration) => void found.push(...mentioned(child)));
    return found;
  };

  return files.flatMap(file => {
    const exported: Name[] = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map(original);
    const known = new Set(exported);
    const missing: string[] = [];
    // What is not exported is looked into, too: the list is complete at once.
    for (const by of known) {
      for (const type of (by.declarations ?? []).flatMap(mentioned)) {
        if (known.has(type) || !isOurs(type)) continue;
        known.add(type);
        missing.push(`${path.relative(folder, file)}: ${type.name}, which ${by.name} mentions`);
      }
    }
    return missing;
  });
}
