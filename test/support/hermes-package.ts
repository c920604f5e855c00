// Where an installed Hermes of one version is: in the virtual environments below the folder HERMES_VENVS, else the Python that
// HERMES_AGENT_PYTHON names, else `python3`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

export type HermesPackage =
  | { readonly found: true; readonly python: string; readonly packageFolder: string }
  | { readonly found: false; readonly reason: string };

const ASK = 'import hermes_cli as h, json, os; print(json.dumps([h.__version__, os.path.dirname(h.__file__)]))';

/** @param version `major.minor.patch`; a packager's suffix behind it is the same version. */
export function resolveHermesPackage(version: string): HermesPackage {
  const others: string[] = [];
  for (const python of pythons()) {
    const { status, stdout } = spawnSync(python, ['-c', ASK], { encoding: 'utf8' });
    const [installed, packageFolder] = status === 0 ? (JSON.parse(stdout) as [string, string]) : ['', ''];
    if (`${installed}.`.startsWith(`${version}.`)) return { found: true, python, packageFolder };
    if (installed !== '') others.push(installed);
  }
  const there = others.length > 0 ? `; there is ${others.join(', ')}` : '';
  return { found: false, reason: `Hermes ${version} is absent; HERMES_VENVS names a folder of virtual environments${there}` };
}

function pythons(): string[] {
  const folder = process.env['HERMES_VENVS'];
  const inFolder = folder ? readdirSync(folder).map(name => path.resolve(folder, name, 'bin/python')) : [];
  return [...inFolder.filter(existsSync), process.env['HERMES_AGENT_PYTHON'] || 'python3'];
}
