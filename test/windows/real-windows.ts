// Whether the suite of the real SCM runs here, and what `npm run windows` has found out for it. It installs, kills and removes services, so it
// runs only where it was requested.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MachineFacts } from './checks.ts';

/** Set by `npm run windows` to the folder of the evidence: `npm test` installs no services. */
export const EVIDENCE = 'HERMES_GATEWAY_WINDOWS_EVIDENCE';

/** Names another program than dist/host/hermes-gateway.cjs, set by `npm run windows -- --built`. */
export const PROGRAM = 'HERMES_GATEWAY_PROGRAM';

/** Names the installer to try, set by `npm run windows -- --installer`. */
export const INSTALLER = 'HERMES_GATEWAY_INSTALLER';

/** In the folder of the evidence. */
export const MACHINE_FILE = 'machine.json';

/** Why the suite is left out, for the name of what is skipped; undefined where it is to run. */
export function whyLeftOut(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (platform !== 'win32') return 'only on Windows, by "npm run windows"';
  if (env[EVIDENCE] === undefined) return 'it installs real services, by "npm run windows"';
  return undefined;
}

/** The facts that the run began with; they were told before anything was touched. */
export const machineFacts = (env: NodeJS.ProcessEnv): MachineFacts =>
  JSON.parse(readFileSync(path.join(env[EVIDENCE] ?? '', MACHINE_FILE), 'utf8')) as MachineFacts;
