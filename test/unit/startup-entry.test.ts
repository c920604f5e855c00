// Our entry in the Startup folder as text: names that no tidying of Hermes touches, commands that survive being written and read, and what
// only looks like ours.

import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commandFileOf,
  commandOfCommandFile,
  copyOf,
  entryCommand,
  entryFileName,
  isOurs,
  serviceOfEntry,
  shortcutOf,
} from '../../src/mechanisms/startup-entry.ts';
import type { ServiceName } from '../../src/model/identity.ts';
import { commandOfShortcut } from '../../src/windows/argv.ts';

const COPIES = path.resolve('/home/Müller & Söhne 100%/state/host');
const HOST = path.join(COPIES, '0123456789abcdef', 'hermes-gateway-host.exe');
const COMMAND = entryCommand([HOST], 'HermesGateway-work');
const IN_DEVELOPMENT = entryCommand(['/opt/a b/node', path.join(COPIES, 'fedcba9876543210', 'hermes-gateway.cjs')], 'HermesGateway');

describe('name of a Startup entry', () => {
  it('identifies the service, and differs from all names of Hermes', () => {
    for (const service of ['HermesGateway', 'HermesGateway-work', 'HermesGateway-a_b-1'] as const) {
      for (const kind of ['lnk', 'cmd'] as const) expect(serviceOfEntry(entryFileName(service, kind))).toBe(service);
    }
    expect(entryFileName('HermesGateway', 'lnk')).toBe('Hermes Gateway Service.lnk');
    expect(serviceOfEntry('HERMES GATEWAY SERVICE (Work).LNK')).toBe('HermesGateway-work');
    for (const name of [
      'Hermes_Gateway.cmd',
      'Hermes_Gateway_work.vbs',
      'Hermes Gateway Service.lnk.tmp',
      'HermesGateway.lnk',
      'desktop.ini',
    ])
      expect(serviceOfEntry(name)).toBeUndefined();
  });
});

describe('Startup entry', () => {
  it('reads a Startup entry back as written, as a shortcut and as a command file', () => {
    for (const command of [COMMAND, IN_DEVELOPMENT]) {
      expect(commandOfShortcut(shortcutOf(command, '/'))).toEqual(command);
      expect(commandOfCommandFile(commandFileOf(command))).toEqual(command);
    }
  });

  it('quotes everything in a command file, doubles percent signs and uses the line ends of Windows', () => {
    const text = commandFileOf(COMMAND);
    expect(text).toContain('100%%');
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('recognizes a Startup entry that starts the supervisor of its service from a copy', () => {
    expect(isOurs(COMMAND, 'HermesGateway-work', COPIES)).toBe(true);
    expect(isOurs(IN_DEVELOPMENT, 'HermesGateway', COPIES)).toBe(true);
    expect(copyOf(COMMAND, COPIES)).toBe('0123456789abcdef');
  });

  it.each([
    ['another service', COMMAND, 'HermesGateway'],
    ['another program', entryCommand(['/opt/other/hermes-gateway-host.exe'], 'HermesGateway'), 'HermesGateway'],
    ['a program beside the copies', entryCommand([path.join(COPIES, 'host.exe')], 'HermesGateway'), 'HermesGateway'],
    ['a program above them', entryCommand([path.join(COPIES, '..', 'evil', 'host.exe')], 'HermesGateway'), 'HermesGateway'],
    ['another verb', [HOST, 'uninstall', '--service', 'HermesGateway'], 'HermesGateway'],
    ['more than ours says', [...entryCommand([HOST], 'HermesGateway'), '--more'], 'HermesGateway'],
    ['nothing', [], 'HermesGateway'],
  ])('does not recognize a Startup entry that starts %s', (_what, command, service) => {
    expect(isOurs(command, service as ServiceName, COPIES)).toBe(false);
  });

  it('does not read a Startup entry from a text with another format', () => {
    expect(commandOfCommandFile('@echo off\r\nnotepad.exe\r\n')).toBeUndefined();
  });
});
