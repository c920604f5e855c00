// The rest of Windows that the gateway service touches: command lines, registry, users, pipes, event log, the end of a session.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WINDOWS_KOFFI } from '../../scripts/windows-node.mjs';
import { commandLine, splitCommandLine } from '../../src/windows/argv.ts';
import { attempt, call } from './call.ts';
import { describeOnWine } from './suite.ts';

const hasSigner = ['osslsigncode', 'openssl'].every(tool => !spawnSync(tool, ['--version']).error);

/** A library for Windows, signed with a certificate that no machine trusts. */
function signedLibrary(folder: string): string {
  mkdirSync(folder);
  const [key, certificate, signed] = ['key.pem', 'certificate.pem', 'signed.node'].map(name => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const subject = ['-subj', '/CN=Nobody', '-addext', 'extendedKeyUsage=codeSigning'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  });
  execFileSync('osslsigncode', ['sign', '-h', 'sha256', '-certs', certificate, '-key', key, '-in', WINDOWS_KOFFI, '-out', signed], {
    stdio: 'ignore',
  });
  return signed;
}

const EVENT_SOURCE_KEY = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\Hermes Gateway Service';

describeOnWine('the rest of Windows, through Wine', rig => {
  it('splits our command lines as intended, in Windows and in our parser', async () => {
    const awkward = fc.string({ unit: fc.constantFrom('"', '\\', ' ', '\t', 'a', 'ü') });
    const written = fc.sample(fc.array(awkward), 300).map(args => commandLine('C:\\my app\\a.exe', args));
    const lines = [...written, 'a.exe b c', '"a b.exe" c', 'a.exe "b c" d', 'a.exe b\\\\"c d"', 'a.exe   '];
    rig().write('C:\\lines.json', JSON.stringify(lines));
    expect(await rig().ask('argv')).toEqual(lines.map(splitCommandLine));
  });

  it('keeps typed values under a key, and removes them with it', async () => {
    const key = 'HKLM\\SOFTWARE\\Hermes Gateway Service\\test';
    const values = { text: 'grün', number: 4_000_000_000, list: ['one', 'two words'], path: { expand: '%SystemRoot%\\x' } };
    await call(rig(), 'registry', 'writeValues', key, values, { volatile: true, sddl: 'D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GR;;;BU)' });
    expect(await call(rig(), 'registry', 'readKey', key)).toEqual(values);
    await call(rig(), 'registry', 'writeValues', key, { number: 1 });
    expect(await call(rig(), 'registry', 'readKey', key)).toEqual({ ...values, number: 1 });
    expect(await call(rig(), 'registry', 'readValue', key, 'never there')).toBeUndefined();
    expect(await call(rig(), 'registry', 'deleteKey', 'HKLM\\SOFTWARE\\Hermes Gateway Service')).toBe(true);
    expect(await call(rig(), 'registry', 'deleteKey', 'HKLM\\SOFTWARE\\Hermes Gateway Service')).toBe(false);
    expect(await call(rig(), 'registry', 'readKey', key)).toBeUndefined();
  });

  it('reports whether Windows signs a user in by itself after an update', async () => {
    const policies = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System';
    const product = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions';
    const user = await call(rig(), 'security', 'currentUser');
    const ask = () => call(rig(), 'automatic-sign-in', 'automaticSignIn', user);
    const { ProductType } = (await call(rig(), 'registry', 'readKey', product)) ?? {};
    await call(rig(), 'registry', 'writeValues', product, { ProductType: 'ServerNT' });
    expect(await ask()).toBe('no');
    await call(rig(), 'registry', 'writeValues', product, { ProductType: 'WinNT' });
    expect(await ask()).toBe('yes');
    const choice = `HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\UserARSO\\${user}` as const;
    await call(rig(), 'registry', 'writeValues', choice, { OptOut: 1 });
    expect(await ask()).toBe('no');
    await call(rig(), 'registry', 'writeValues', policies, { DisableAutomaticRestartSignOn: 1 });
    expect(await ask()).toBe('organisation');
    await call(rig(), 'registry', 'writeValues', policies, { DisableAutomaticRestartSignOn: 0 });
    await call(rig(), 'registry', 'deleteKey', choice);
    await call(rig(), 'registry', 'writeValues', product, { ProductType: ProductType ?? 'WinNT' });
  });

  it('identifies the user of this process and the same user of its session', async () => {
    const user = await call(rig(), 'security', 'currentUser');
    const session = await call(rig(), 'security', 'currentSession');
    expect(user).toMatch(/^S-1-5-21-/);
    expect(await call(rig(), 'security', 'userOfSession', session)).toMatchObject({ sid: user, name: expect.stringMatching(/\\hermes$/) });
    // Wine keeps no logons, so the user is that of the process's own token.
    expect(await call(rig(), 'logons', 'readLogons')).toBeUndefined();
    expect(await call(rig(), 'security', 'isElevated')).toBe(true);
    expect(await call(rig(), 'security', 'isElevatedByConsent')).toBe(true);
  });

  it.skipIf(!hasSigner)(
    'accepts a library signed by an unknown maker, and refuses it once it is changed (needs osslsigncode)',
    async () => {
      const signed = signedLibrary(rig().onLinux('C:\\signing'));
      const library = 'C:\\signed.node';
      copyFileSync(signed, rig().onLinux(library));
      expect(await attempt(rig(), 'authenticode', 'checkSignature', library)).not.toHaveProperty('error');
      const bytes = readFileSync(signed);
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
      writeFileSync(rig().onLinux(library), bytes);
      expect(await attempt(rig(), 'authenticode', 'checkSignature', library)).toMatchObject({
        error: { code: 'service-program-damaged', message: expect.stringContaining('signature, 0x80096010') },
      });
    },
  );

  it('returns to each call its own last error, whatever fails on this and other threads', async () => {
    // ERROR_INVALID_PARAMETER, ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND
    expect(await rig().ask('last-error')).toEqual({ onThread: [87], noSuchPipe: [2], noSuchPath: [3] });
  });

  it('identifies the process that serves a pipe', async () => {
    const { answer, pid } = await rig().ask<{ answer: unknown; pid: number }>('peer');
    expect(answer).toEqual({ value: pid });
  });

  it('registers an event source, writes an event, and removes the source', async () => {
    await call(rig(), 'event-log', 'registerEventSource');
    expect(await call(rig(), 'registry', 'readKey', EVENT_SOURCE_KEY)).toEqual({
      EventMessageFile: { expand: '%SystemRoot%\\System32\\EventCreate.exe' },
      TypesSupported: 7,
      CustomSource: 1,
    });
    await call(rig(), 'event-log', 'reportEvent', 'started', '(HermesGateway)');
    await call(rig(), 'event-log', 'unregisterEventSource');
    expect(await call(rig(), 'registry', 'readKey', EVENT_SOURCE_KEY)).toBeUndefined();
  });

  it('receives the end of the session, and delays Windows until the gateway has stopped', async () => {
    // The probe's other half plays Windows: 0 says that its question was answered with yes and that its announcement was held.
    expect(await rig().ask('session-end')).toEqual({
      heard: ['sign-out', 'stopped'],
      code: 0,
      // Above that of other processes, 0x280: it is asked before its gateway.
      level: 0x3ff,
    });
  });

  it('reports what this system does not support', async () => {
    expect(await call(rig(), 'capabilities', 'probeCapabilities')).toEqual({
      wine: expect.stringMatching(/^\d+\.\d+/),
      startReason: expect.any(Boolean),
      sessionList: expect.any(Boolean),
    });
  });
});
