// Calls an exported function of src/windows by the names of its module and itself.

export async function callFunction(module: string, name: string, args: readonly unknown[]): Promise<unknown> {
  const exported = (await import(`../../../src/windows/${module}.js`)) as Record<string, (...args: readonly unknown[]) => unknown>;
  return exported[name]?.(...args);
}
