/**
 * Services that people made for their gateway with a wrapper (NSSM, WinSW): the registry, or a document beside the program, says what such
 * a service starts. Sources: nssm.cc/usage; WinSW `docs/xml-config-file.md`.
 */

import path from 'node:path';
import type { Environment } from '../gateway/environment.ts';
import { commandOf, gatewayLaunch } from './gateway-launch.ts';
import { elements, unescaped, withoutComments } from './xml.ts';

export interface WrappedService {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Environment;
  /** The account it runs as, as the SCM reports it. */
  readonly account: string;
  /** Hermes' own service, which its MSIX package declares: it may be started on demand, and restarts nothing. */
  readonly packaged?: true;
}

/** What a wrapper starts. */
type Wrapped = Pick<WrappedService, 'command' | 'env'>;

/** A program of an MSIX package, quoted or not, and its arguments. */
const IN_PACKAGE = /^"?([^"]*\\WindowsApps\\[^"]*\\hermes\.exe)"?\s+(.*)$/i;

/** What Hermes' own packaged service starts; undefined for every other command line. Source: its `desktop6:Service`. */
export function packagedCommand(image: string): readonly string[] | undefined {
  const [, program, parameters = ''] = IN_PACKAGE.exec(image) ?? [];
  const command = program === undefined ? [] : commandOf(program, parameters);
  return command.includes('--service') && gatewayLaunch(command, {}) ? command : undefined;
}

/** What NSSM starts, from its values below `Parameters`. The environment is `NAME=value`, each. */
export function nssmCommand(application: string, appParameters: string, environment: readonly string[]): Wrapped {
  const variables = environment.flatMap(each => {
    // NSSM marks what it prepends and appends.
    const [, name, value = ''] = /^[+-]?([^=]+)=(.*)$/s.exec(each) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  return { command: commandOf(application, appParameters), env: Object.fromEntries(variables) };
}

/** @param program the path of the program of this document; `%BASE%` is its folder */
export function winswCommand(xml: string, program: string): Wrapped | undefined {
  const document = withoutComments(xml);
  const based = (text: string) => unescaped(text).replaceAll(/%BASE%/gi, () => path.win32.dirname(program));
  const values = (name: string) => elements(document, name).map(based);
  const [executable] = values('executable');
  if (!/<service[\s>]/i.test(document) || !executable) return undefined;
  const single = values('(?:start)?argument');
  const [args = ''] = [...values('startarguments'), ...values('arguments')];
  const variables = [...document.matchAll(/<env\s[^>]*>/gi)].map(([tag]) => [attribute(tag, 'name'), based(attribute(tag, 'value'))]);
  const command = single.length > 0 ? [executable, ...single] : commandOf(executable, args);
  return { command, env: Object.fromEntries(variables.filter(([name]) => name !== '')) };
}

function attribute(tag: string, name: string): string {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag) ?? [];
  return double ?? single ?? '';
}
