// Where an installed hermes-agent is: the Python that HERMES_AGENT_PYTHON names, else `python3`.
import { spawnSync } from 'node:child_process';

export type HermesPackage =
  | { readonly found: true; readonly python: string; readonly packageFolder: string }
  | { readonly found: false; readonly reason: string };

const ASK = `
import importlib.metadata as m, importlib.util as u, json, os
spec = u.find_spec('hermes_cli')
print(json.dumps([m.version('hermes-agent'), os.path.dirname(spec.origin)]))
`;

/** @param version `major.minor`. */
export function resolveHermesPackage(version: string): HermesPackage {
  const python = process.env['HERMES_AGENT_PYTHON'] || 'python3';
  const { status, stdout } = spawnSync(python, ['-c', ASK], { encoding: 'utf8' });
  const [installed, packageFolder] = status === 0 ? (JSON.parse(stdout) as [string, string]) : ['', ''];
  if (installed.startsWith(`${version}.`)) return { found: true, python, packageFolder };
  const what = installed === '' ? 'is absent' : `is absent, ${installed} is there`;
  return { found: false, reason: `hermes-agent ${version} ${what}; HERMES_AGENT_PYTHON names the Python that has it` };
}
