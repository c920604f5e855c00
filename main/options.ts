/** A wrong option is refused when the app registers, with its name, and not when a user first needs it. */

import path from 'node:path';
import { GatewayServiceError } from '../src/model/errors.ts';
import type { ElectronParts } from './electron-parts.ts';
import type { EngineOptions } from './engine.ts';
import type { RegistrationOptions } from './registration.ts';

export interface GatewayServiceOptions extends Omit<EngineOptions, 'hostDir'>, RegistrationOptions {
  /**
   * Folder of the host executable (`hermes-gateway-host.exe`), or of its script in development. Default: `host` in the app's resources, else
   * the installed package `hermes-gateway-service-win32-x64`, else the script of this package.
   */
  readonly hostDir?: string | undefined;
}

interface Rule {
  /** What the option is, for the sentence. */
  readonly is: string;
  readonly fits: (value: unknown) => boolean;
  readonly required?: true;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isFolder = (value: unknown): boolean => typeof value === 'string' && path.isAbsolute(value);
const isText = (value: unknown): boolean => typeof value === 'string';
/** Whether it is an object with these methods. */
const has =
  (...methods: readonly string[]) =>
  (value: unknown): boolean =>
    value instanceof Object && methods.every(name => isFunction((value as Readonly<Record<string, unknown>>)[name]));

const RULES: Readonly<Record<keyof GatewayServiceOptions, Rule>> = {
  hostDir: { is: 'the absolute path of a folder', fits: isFolder },
  isTrustedSender: { is: 'a function', fits: isFunction, required: true },
  openPanel: { is: 'a function', fits: isFunction, required: true },
  // Its content is checked by the rules of Hermes, as that of the environment.
  home: { is: 'a text', fits: isText },
  profiles: { is: 'an array of names', fits: value => Array.isArray(value) && value.every(isText) },
  reveal: { is: 'a function', fits: isFunction },
  openExternal: { is: 'a function', fits: isFunction },
  updateHermes: { is: 'a function', fits: isFunction },
  region: { is: 'a locale', fits: isText },
  catalogue: { is: '{ messages, shell }', fits: value => value instanceof Object && 'messages' in value && 'shell' in value },
  log: { is: 'an object with info, warn and error', fits: has('info', 'warn', 'error') },
  tray: {
    is: 'false, or an object with the absolute path "iconsDir"',
    fits: value => value === false || (value instanceof Object && isFolder((value as { iconsDir?: unknown }).iconsDir)),
  },
  updater: {
    is: 'electronUpdater(autoUpdater), or an object with onChanged, check and install',
    fits: has('onChanged', 'check', 'install'),
  },
  handOffResult: { is: 'a promise', fits: has('then') },
};

/** @throws GatewayServiceError `option-invalid` */
export function checkOptions(electron: ElectronParts, options: GatewayServiceOptions): void {
  if (!has('handle', 'on')(electron?.ipcMain)) {
    throw new GatewayServiceError('option-invalid', '(the first argument is not Electron: import * as electron from "electron")');
  }
  if (!(options instanceof Object)) throw new GatewayServiceError('option-invalid', '(the second argument is an object of options)');
  const unknown = Object.keys(options).find(name => !Object.hasOwn(RULES, name));
  if (unknown !== undefined) throw new GatewayServiceError('option-invalid', `(there is no option "${unknown}")`);
  for (const [name, { is, fits, required }] of Object.entries(RULES)) {
    const value = options[name as keyof GatewayServiceOptions];
    if (value === undefined ? !required : fits(value)) continue;
    throw new GatewayServiceError('option-invalid', `("${name}" ${value === undefined ? 'is missing; it ' : ''}must be ${is})`);
  }
}
