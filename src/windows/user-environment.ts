/**
 * The user's environment in the registry. A program that Explorer started may have an older copy: a variable that was set since, for
 * example by the installer of Hermes, is in the registry already, but not in our environment.
 */

import { type RegistryPath, type RegistryValue, readValue } from './registry.ts';

const USER_ENVIRONMENT: RegistryPath = 'HKCU\\Environment';

/** A variable of the user's environment, expanded; undefined where it is not set. */
export const readUserEnvironment = (name: string): string | undefined => textOf(readValue(USER_ENVIRONMENT, name));

/** A text of the registry, with its variables expanded. */
export function textOf(value: RegistryValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && 'expand' in value ? expandVariables(value.expand, process.env) : undefined;
}

/** Replaces each `%NAME%` that is set, with the name in any case, as ExpandEnvironmentStringsW does; others stay as they are. */
export function expandVariables(text: string, env: NodeJS.ProcessEnv): string {
  const values = new Map(Object.entries(env).map(([name, value]) => [name.toUpperCase(), value]));
  return text.replace(/%([^%]+)%/g, (whole, name: string) => values.get(name.toUpperCase()) ?? whole);
}
