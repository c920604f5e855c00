// What an administrator is asked to run, and the surroundings of the question.

import { describe, expect, it } from 'vitest';
import { isSafeTemp, promptCommand, promptEnvironment, whyTooLong } from '../../src/elevation/prompt-command.ts';
import type { ServiceName } from '../../src/model/identity.ts';

const SYSTEM = 'C:\\Windows\\System32';
const HOST = 'C:\\Program Files\\Hermes Gateway Service\\1a2b\\hermes-gateway-host.exe';
const line = (change: Partial<Parameters<typeof promptCommand>[0]> = {}) =>
  promptCommand({
    verb: 'install',
    service: 'HermesGateway',
    program: { command: [HOST] },
    systemFolder: SYSTEM,
    variables: [],
    ...change,
  });
const emptied = (variables: readonly string[]) =>
  [...(line({ variables }) ?? '').matchAll(/&set ([A-Z_0-9]+)=(?=&)/g)].map(([, name]) => name);

describe('command of the elevated step', () => {
  it('ends with the program, a verb, the name of a service and a constant option, and nothing else', () => {
    expect(line()?.split('&').at(-1)).toBe(`"${HOST}" elevated install --service HermesGateway --while-requested`);
    expect(line({ verb: 'uninstall', service: 'HermesGateway-work' })?.split('&').at(-1)).toBe(
      `"${HOST}" elevated uninstall --service HermesGateway-work --while-requested`,
    );
    expect(
      line({ program: { command: ['C:\\node.exe', 'C:\\my app\\gateway.js'] } })
        ?.split('&')
        .at(-1),
    ).toBe('"C:\\node.exe" "C:\\my app\\gateway.js" elevated install --service HermesGateway --while-requested');
  });

  it('names the service that is removed with the same consent', () => {
    expect(line({ removes: 'HermesGateway-work' })?.split('&').at(-1)).toBe(
      `"${HOST}" elevated install --service HermesGateway --removes HermesGateway-work --while-requested`,
    );
    expect(line({ removes: 'Spooler" & calc' as ServiceName })).toBeUndefined();
  });

  it('leaves the current folder first, because programs and libraries would be loaded from it', () => {
    expect(line()?.split('&')[0]).toBe('cd /d "C:\\Windows\\System32"');
  });

  it('copies the program into a folder that must not exist yet and that only administrators read, and runs only that copy', () => {
    const to = 'C:\\Program Files\\Hermes Gateway Service\\1a2b';
    const copy = { from: 'C:\\Users\\ann\\app & co', to, files: ['host.exe', 'koffi.node'] };
    const said = line({ program: { command: [`${to}\\host.exe`], copy } }) ?? '';
    const [made, ...rest] = said.slice(said.indexOf('md ')).split('&&');
    expect(made).toBe(`md "${to}"`);
    expect(rest).toEqual([
      `"${SYSTEM}\\icacls.exe" "${to}" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" >nul`,
      `cd /d "${to}"`,
      `copy /b /y "${copy.from}\\host.exe" >nul`,
      `copy /b /y "${copy.from}\\koffi.node" >nul`,
      `cd /d "${SYSTEM}"`,
      `"${to}\\host.exe" elevated install --service HermesGateway --while-requested`,
    ]);
    expect(line({ program: { command: [HOST], copy: { ...copy, from: 'C:\\100%' } } })).toBeUndefined();
  });

  it('is short enough for the consent of Windows where the app is in a folder of 150 characters', () => {
    const to = 'C:\\Program Files\\Hermes Gateway Service\\0123456789abcdef0123456789abcdef';
    const files = ['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node', 'manifest.json'];
    const from = (length: number) => `C:\\${'a'.repeat(length - 3)}`;
    const copied = (length: number) =>
      line({ program: { command: [`${to}\\${files[0]}`], copy: { from: from(length), to, files } } }) ?? '';
    expect(whyTooLong(copied(150))).toBeUndefined();
    expect(whyTooLong(copied(400))).toMatch(/^a command line of \d+ characters, of which Windows starts at most 1999/);
  });

  it('looks for programs only in System32', () => expect(line()).toContain(`&set PATH=${SYSTEM}&"${HOST}"`));

  it('clears the variables that make Node, OpenSSL or Electron load foreign code, whether they are set here or not', () => {
    expect(emptied([])).toEqual(
      expect.arrayContaining([
        'NODE_OPTIONS',
        'NODE_EXTRA_CA_CERTS',
        'OPENSSL_CONF',
        'SSL_CERT_FILE',
        'SSL_CERT_DIR',
        'ELECTRON_RUN_AS_NODE',
      ]),
    );
  });

  it('clears every other variable of these families that is set here, once, whatever its case', () => {
    const names = emptied(['node_debug', 'ELECTRON_NO_ASAR', 'Node_Options', 'Path', 'HERMES_HOME', 'SSL_CERT_X']);
    expect(names).toEqual(expect.arrayContaining(['NODE_DEBUG', 'ELECTRON_NO_ASAR', 'SSL_CERT_X']));
    expect(names).not.toContain('PATH');
    expect(names).not.toContain('HERMES_HOME');
    expect(new Set(names).size).toBe(names.length);
  });

  it('does not let a variable name end the command line', () => {
    expect(emptied(['NODE_A&calc', 'ELECTRON_%X%', 'NODE_A B'])).toEqual(emptied([]));
  });

  it.each(['HermesGateway-', 'HermesGateway-Work', 'HermesGateway&calc', 'HermesGateway-a b', 'Spooler', 'HermesGateway\n', ''])(
    'is not made for the service %j',
    service => expect(line({ service: service as ServiceName })).toBeUndefined(),
  );

  it.each([['C:\\100%\\host.exe'], ['C:\\a"b\\host.exe'], ['C:\\a\r\nb\\host.exe'], ['']])('is not made for the program %j', program =>
    expect(line({ program: { command: [program] } })).toBeUndefined(),
  );

  it('keeps special characters of cmd.exe in a path between quotes', () => {
    expect(line({ program: { command: ["C:\\A&B (O'Brien)\\用户^\\host.exe"] } })).toContain(
      `&"C:\\A&B (O'Brien)\\用户^\\host.exe" elevated install`,
    );
  });
});

describe('environment of the elevation prompt', () => {
  const env = promptEnvironment(
    { Path: 'C:\\planted', ComSpec: 'C:\\planted\\cmd.exe', PSModulePath: 'C:\\pwsh7', TEMP: 'C:\\用户', Tmp: 'C:\\x', USERNAME: 'ann' },
    SYSTEM,
    'C:\\safe',
  );

  it('finds only the programs of Windows', () => {
    expect(env['PATH']).toBe('C:\\Windows\\System32;C:\\Windows\\System32\\WindowsPowerShell\\v1.0');
    expect(env['comspec']).toBe('C:\\Windows\\System32\\cmd.exe');
    expect(env['NODEFAULTCURRENTDIRECTORYINEXEPATH']).toBe('1');
    expect(Object.values(env).filter(value => value.includes('planted'))).toEqual([]);
  });

  it('sets the safe folder under each of its variable names, and each name once', () => {
    expect([env['TEMP'], env['TMP']]).toEqual(['C:\\safe', 'C:\\safe']);
    const upper = Object.keys(env).map(name => name.toUpperCase());
    expect(new Set(upper).size).toBe(upper.length);
  });

  it('keeps the other variables, without the module path of another PowerShell', () => {
    expect(env['USERNAME']).toBe('ann');
    expect(env['PSMODULEPATH']).toBeUndefined();
  });
});

describe('folder for the batch files', () => {
  it.each([
    'C:\\Users\\ann\\AppData\\Local\\Temp',
    'C:\\Users\\Ann Lee\\Temp',
    'C:\\Users\\MLLER~1\\Temp',
    'C:\\ProgramData\\HermesGateway-0a1b',
  ])('accepts the folder %s for the batch files', folder => expect(isSafeTemp(folder)).toBe(true));

  it.each([
    'C:\\Users\\用户\\Temp',
    'C:\\Users\\Müller\\Temp',
    "C:\\Users\\O'Brien\\Temp",
    'C:\\A&B',
    'C:\\100%',
    'C:\\a^b',
    'C:\\a(b)',
    'C:\\a[b]',
    'C:\\a"b',
    '\\\\server\\share\\Temp',
    'HermesGateway-0a1b',
    `C:\\${'a'.repeat(150)}`,
  ])('refuses the folder %s for the batch files', folder => expect(isSafeTemp(folder)).toBe(false));
});
