// The state of a program in an MSIX package. The package is a stand-in; the program that is started outside of it is the real one.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { keepStateOutsidePackage, privateFolder } from '../../src/process/package-state.ts';
import { changeHere, changeThrough } from '../../src/state/disk.ts';
import { isLock, takeLock } from '../../src/state/lock.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { PROGRAM } from '../support/embedded-harness.ts';
import { type FakePackageOptions, FULL_NAME, fakePackage } from '../support/fake-package.ts';
import { wayOutContract } from './package-state-contract.ts';

let localAppData: string;
let stateRoot: string;
const hostCommand = [process.execPath, PROGRAM];
const filesIn = (folder: string) =>
  fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter(each => each.isFile()) : [];
const privateFiles = () => filesIn(privateFolder(localAppData, FULL_NAME));
const keepOutside = (options: Omit<FakePackageOptions, 'localAppData'> = {}) =>
  keepStateOutsidePackage({ stateRoot, hostCommand, appPackage: fakePackage({ localAppData, ...options }) });

beforeEach(() => {
  localAppData = fs.mkdtempSync(path.join(tmpdir(), 'package-'));
  stateRoot = path.join(localAppData, 'HermesGatewayService');
});
afterEach(() => {
  changeThrough(undefined);
  fs.rmSync(localAppData, { recursive: true, force: true });
});

wayOutContract('a stand-in for a packaged program', FULL_NAME, () => {
  const file = path.join(localAppData, 'a file');
  const { fullName, converseOutside } = fakePackage({ localAppData });
  return {
    fullName: async () => fullName,
    converse: async lines => lines.map(converseOutside([...hostCommand, 'change-state'])),
    file,
    content: () => fs.readFileSync(file, 'utf8'),
    dispose: () => undefined,
  };
});

describe('state of a packaged program', () => {
  it('is changed outside of the package where Windows redirects what the program writes', async () => {
    expect(keepOutside()).toBe(true);
    const folder = new StateFolder(path.join(stateRoot, 'HermesGateway-default'));
    await folder.writeDesired('stopped');
    const holder = { pid: process.pid, startTime: 1 };
    const at = new Date().toISOString();
    await folder.placeHold({ schema: 1, id: 'h', who: 'app', why: 'update', since: at, until: at, uptimeMs: 0, holder });
    const lock = takeLock(folder.operationLock, posixProcesses);
    expect([isLock(lock), await folder.desired(), await folder.holds()]).toMatchObject([true, { desired: 'stopped' }, [{ holder }]]);
    if (isLock(lock)) lock.release();
    expect(
      filesIn(stateRoot)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['desired.json', 'hold-h.json']);
    expect(privateFiles()).toEqual([]);
  });

  it('is changed by the program itself where the manifest turns the redirection off, and outside of a package', () => {
    expect(keepOutside({ redirected: false, start: 'refused' })).toBe(false);
    const appPackage = { fullName: undefined, changeInside: changeHere, converseOutside: () => expect.fail('started') };
    expect(keepStateOutsidePackage({ stateRoot, hostCommand, appPackage })).toBe(false);
    expect(filesIn(localAppData)).toEqual([]);
  });

  it.each(['inside', 'refused'] as const)('is not changed at all where our program cannot leave the package (%s)', async start => {
    expect(keepOutside({ start })).toBe(true);
    const written = new StateFolder(path.join(stateRoot, 'HermesGateway-default')).writeDesired('running');
    const remedy = expect.stringContaining('desktop6:FileSystemWriteVirtualization');
    await expect(written).rejects.toMatchObject({ code: 'state-virtualised', remedy });
    expect(filesIn(localAppData)).toEqual([]);
  });
});
