/**
 * Services that people made for their gateway with a wrapper (NSSM, WinSW): the registry, or a document beside the program, says what such
 * a service starts. Sources: nssm.cc/usage; WinSW `docs/xml-config-file.md`.
 */

import path from 'node:path';
import type { Environment } from '../gateway/environment.ts';
import { commandOf } from './gateway-launch.ts';

export interface WrappedService {
  readonly name: string;
  readonly wrapper: 'nssm' | 'winsw';
  readonly command: readonly string[];
  readonly env: Environment;
  /** The account it runs as, as the SCM reports it. */
  readonly account: string;
}

/** What a wrapper starts. */
export type Wrapped = Pick<WrappedService, 'wrapper' | 'command' | 'env'>;

/** The values below `Parameters` that NSSM writes. */
export interface NssmParameters {
  readonly application?: string;
  readonly appParameters?: string;
  /** `NAME=value`, each. */
  readonly environment: readonly string[];
}

export function nssmCommand({ application, appParameters, environment }: NssmParameters): Wrapped | undefined {
  if (!application) return undefined;
  return { wrapper: 'nssm', command: commandOf(application, appParameters ?? ''), env: environmentOf(environment) };
}

/** @param program the path of the program of this document; `%BASE%` is its folder */
export function winswCommand(xml: string, program: string): Wrapped | undefined {
  const document = xml.replace(/<!--[\s\S]*?-->/g, '');
  const value = (name: string): string | undefined => {
    const [, found] = new RegExp(`<${name}\\s*>([\\s\\S]*?)</${name}\\s*>`, 'i').exec(document) ?? [];
    return found === undefined ? undefined : based(found.trim(), program);
  };
  const executable = value('executable');
  if (!/<service[\s>]/i.test(document) || !executable) return undefined;
  const single = [...document.matchAll(/<(?:start)?argument\s*>([\s\S]*?)<\/(?:start)?argument\s*>/gi)].map(([, each = '']) =>
    based(each.trim(), program),
  );
  const args = value('startarguments') ?? value('arguments') ?? '';
  const variables = [...document.matchAll(/<env\s[^>]*>/gi)].flatMap(([tag]) => {
    const name = attribute(tag, 'name');
    return name === undefined ? [] : [`${name}=${based(attribute(tag, 'value') ?? '', program)}`];
  });
  const command = single.length > 0 ? [executable, ...single] : commandOf(executable, args);
  return { wrapper: 'winsw', command, env: environmentOf(variables) };
}

function environmentOf(variables: readonly string[]): Environment {
  return Object.fromEntries(
    variables.flatMap(each => {
      // NSSM marks what it prepends and appends.
      const [, name, value = ''] = /^[+-]?([^=]+)=(.*)$/s.exec(each) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

function attribute(tag: string, name: string): string | undefined {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag) ?? [];
  return double ?? single;
}

function based(text: string, program: string): string {
  return text
    .replaceAll(/%BASE%/gi, () => path.win32.dirname(program))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
