/**
 * Parses what a systemd unit or a launchd agent starts: as much of both formats as identifies a gateway of Hermes and its home. Pure.
 * Sources: systemd.service(5) and systemd.syntax(7), launchd.plist(5), and what `hermes_cli/gateway.py` writes.
 */

/** A unit that runs `… gateway run`. */
export interface GatewayUnit {
  /** HERMES_HOME, where it is set. */
  readonly home?: string;
  /** `--profile NAME`, where it is given. */
  readonly profile?: string;
}

/** Undefined for a unit that runs something else. @param homedir what `%h` stands for */
export function parseSystemdUnit(text: string, homedir: string): GatewayUnit | undefined {
  let section = '';
  let argv: readonly string[] = [];
  const environment = new Map<string, string>();
  // A backslash at the end of a line joins it with the next one.
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const header = /^\s*\[(.+)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) section = header;
    const [, key, value = ''] = /^\s*(ExecStart|Environment)\s*=(.*)$/.exec(line) ?? [];
    if (section !== 'Service' || key === undefined) continue;
    const words = wordsOf(value).map(word => word.replaceAll('%h', homedir).replaceAll('%%', '%'));
    if (key === 'ExecStart') argv = words;
    else for (const word of words) environment.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1));
  }
  return gatewayUnit(argv, environment.get('HERMES_HOME'));
}

/** Undefined for an agent that runs something else, and for a plist that is not XML. */
export function parseLaunchAgent(text: string): GatewayUnit | undefined {
  const list = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)?.[1] ?? '';
  const argv = [...list.matchAll(/<string>([\s\S]*?)<\/string>/g)].map(([, value = '']) => unescapeXml(value));
  const home = /<key>HERMES_HOME<\/key>\s*<string>([\s\S]*?)<\/string>/.exec(text)?.[1];
  return gatewayUnit(argv, home === undefined ? undefined : unescapeXml(home));
}

function gatewayUnit(argv: readonly string[], home: string | undefined): GatewayUnit | undefined {
  const at = argv.indexOf('gateway');
  if (at < 0 || argv[at + 1] !== 'run') return undefined;
  const option = argv.findIndex(word => word === '--profile' || word === '-p');
  const profile = option < 0 ? argv.find(word => word.startsWith('--profile='))?.slice('--profile='.length) : argv[option + 1];
  return { ...(home && { home }), ...(profile && { profile }) };
}

/** Words divided by blanks, with quotes around a word or a part of it. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/g) ?? [];
  return words.map(word =>
    word.replace(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'/g, (_, double, single) => double ?? single).replace(/\\(.)/g, '$1'),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name] ?? '');
}
