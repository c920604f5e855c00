// What each generation of Hermes writes to start its gateway with Windows, for a home of the test: the texts have the shape of
// `hermes_cli/gateway_windows.py`, with nothing in them that a migration does not look at left out.
import path from 'node:path';

const join = (home: string, ...parts: string[]) =>
  home.includes('\\') ? path.win32.join(home, ...parts) : path.posix.join(home, ...parts);
const crlf = (...lines: readonly string[]) => `${lines.join('\r\n')}\r\n`;
const doubled = (text: string) => `"${text.replaceAll('"', '""')}"`;
const escaped = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const xmlText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const pythonOf = (home: string): string => join(home, 'hermes-agent', 'venv', 'Scripts', 'python.exe');
export const launcherOf = (home: string, fileName: string): string => join(home, 'gateway-service', fileName);
const run = (home: string, profile?: string) => [
  pythonOf(home),
  '-m',
  'hermes_cli.main',
  ...(profile ? ['--profile', profile] : []),
  'gateway',
  'run',
];
const commandLine = (argv: readonly string[]) => argv.map(each => (/[\s"]/.test(each) ? doubled(each) : each)).join(' ');

/** `<home>\gateway-service\<TaskName>.vbs`. */
export function vbsLauncher(home: string, profile?: string): string {
  return crlf(
    "' Hermes Agent Gateway - Messaging Platform Integration",
    'Option Explicit',
    'Dim sh, env, existing_pp',
    'Set sh = CreateObject("WScript.Shell")',
    'Set env = sh.Environment("PROCESS")',
    `env.Item("HERMES_HOME") = ${doubled(home)}`,
    'env.Item("PYTHONIOENCODING") = "utf-8"',
    'env.Item("HERMES_SUPERVISED_CHILD") = "1"',
    'existing_pp = env.Item("PYTHONPATH")',
    'If Len(existing_pp) > 0 Then',
    `  env.Item("PYTHONPATH") = ${doubled(`${home};`)} & existing_pp`,
    'Else',
    `  env.Item("PYTHONPATH") = ${doubled(home)}`,
    'End If',
    `sh.CurrentDirectory = ${doubled(home)}`,
    `sh.Run ${doubled(commandLine(run(home, profile)))}, 0, False`,
  );
}

/** The same for a Windows without VBScript. */
export function jsLauncher(home: string, profile?: string): string {
  return crlf(
    '// Hermes Agent Gateway - Messaging Platform Integration',
    'var sh, env, existing_pp;',
    'sh = WScript.CreateObject("WScript.Shell");',
    'env = sh.Environment("PROCESS");',
    `env("HERMES_HOME") = ${escaped(home)};`,
    'env("PYTHONIOENCODING") = "utf-8";',
    'existing_pp = env("PYTHONPATH");',
    'if (existing_pp) {',
    `  env("PYTHONPATH") = ${escaped(`${home};`)} + existing_pp;`,
    '}',
    `sh.Run(${escaped(commandLine(run(home, profile)))}, 0, false);`,
  );
}

/** The oldest launcher, kept beside the others for compatibility. */
export function cmdLauncher(home: string, profile?: string): string {
  return crlf(
    '@echo off',
    'rem Hermes Agent Gateway - Messaging Platform Integration',
    `cd /d ${commandLine([home])}`,
    `set "HERMES_HOME=${home}"`,
    'set "PYTHONIOENCODING=utf-8"',
    `set "PYTHONPATH=${home};%PYTHONPATH%"`,
    commandLine(run(home, profile)),
    'exit /b 0',
  );
}

/** The entry in the Startup folder, which starts the launcher. */
export function vbsEntry(launcher: string): string {
  return crlf(
    "' Hermes Agent Gateway - Messaging Platform Integration",
    'Option Explicit',
    'Dim fso, sh, target',
    `target = ${doubled(launcher)}`,
    'Set fso = CreateObject("Scripting.FileSystemObject")',
    'If Not fso.FileExists(target) Then WScript.Quit 0',
    'Set sh = CreateObject("WScript.Shell")',
    `sh.Run ${doubled(commandLine(['wscript.exe', launcher]))}, 0, False`,
  );
}

export function jsEntry(launcher: string): string {
  return crlf(
    '// Hermes Agent Gateway - Messaging Platform Integration',
    'var fso, sh, target;',
    `target = ${escaped(launcher)};`,
    'fso = WScript.CreateObject("Scripting.FileSystemObject");',
    'if (!fso.FileExists(target)) { WScript.Quit(0); }',
    'sh = WScript.CreateObject("WScript.Shell");',
    `sh.Run(${escaped(commandLine(['wscript.exe', '//B', '//E:JScript', launcher]))}, 0, false);`,
  );
}

/** The entry of the first generation. */
export function cmdEntry(launcher: string): string {
  return crlf('@echo off', `start "" /min cmd.exe /d /c ${doubled(launcher)}`);
}

export interface TaskSample {
  readonly command?: string;
  readonly args?: string;
  /** A SID or an account. */
  readonly user?: string;
  readonly enabled?: boolean;
  readonly triggers?: string;
}

/** A task as the scheduler gives it back. */
export function hermesTask(launcher: string, sample: TaskSample = {}): string {
  const { command = 'wscript.exe', args = `//B //Nologo "${launcher}"`, user, enabled = true, triggers } = sample;
  return crlf(
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    '    <Description>Hermes Agent Gateway - Messaging Platform Integration</Description>',
    '    <URI>\\Hermes_Gateway</URI>',
    '  </RegistrationInfo>',
    '  <Principals>',
    '    <Principal id="Author">',
    ...(user ? [`      <UserId>${xmlText(user)}</UserId>`] : []),
    '      <LogonType>InteractiveToken</LogonType>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <IdleSettings><Enabled>false</Enabled></IdleSettings>',
    `    <Enabled>${enabled}</Enabled>`,
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '  </Settings>',
    `  <Triggers>${triggers ?? '<LogonTrigger><Enabled>true</Enabled><Delay>PT30S</Delay></LogonTrigger>'}</Triggers>`,
    '  <Actions Context="Author">',
    '    <Exec>',
    `      <Command>${xmlText(command)}</Command>`,
    `      <Arguments>${xmlText(args)}</Arguments>`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
  );
}
