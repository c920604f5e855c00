// What registerGatewayService refuses at once, with the name of what is wrong.
import { expect, it } from 'vitest';
import { checkOptions, type GatewayServiceOptions } from '../../main/options.ts';
import { FakeElectron } from '../support/fake-electron.ts';

const electron = new FakeElectron();
const GOOD: GatewayServiceOptions = { isTrustedSender: () => true, openPanel: () => undefined };

it('accepts the two required options alone, and undefined for any other', () => {
  expect(() => checkOptions(electron, GOOD)).not.toThrow();
  expect(() => checkOptions(electron, { ...GOOD, hostDir: undefined, home: undefined })).not.toThrow();
  expect(() => checkOptions(electron, { ...GOOD, hostDir: '/app/host', tray: false, log: console, profiles: ['default'] })).not.toThrow();
});

it.each([
  ['"hostDir" must be the absolute path of a folder', { hostDir: 'resources/host' }],
  ['"isTrustedSender" is missing; it must be a function', { isTrustedSender: undefined }],
  ['"openPanel" must be a function', { openPanel: 'settings' }],
  ['"profiles" must be an array of names', { profiles: 'default' }],
  ['"log" must be an object with info, warn and error', { log: { info() {} } }],
  ['"tray" must be false, or an object with the absolute path "iconsDir"', { tray: true }],
  ['"updater" must be electronUpdater(autoUpdater)', { updater: { quitAndInstall() {} } }],
  ['"updateHermes" must be a function', { updateHermes: true }],
  ['there is no option "catalog"', { catalog: {} }],
])('refuses a wrong option: %s', (sentence, wrong) => {
  const given = { ...GOOD, ...wrong } as unknown as GatewayServiceOptions;
  expect(() => checkOptions(electron, given)).toThrow(
    expect.objectContaining({ code: 'option-invalid', message: expect.stringContaining(sentence) }),
  );
});

it.each([
  ['the first argument is not Electron', undefined, GOOD],
  ['the second argument is an object of options', electron, undefined],
])('refuses a call of which %s', (sentence, first, second) => {
  expect(() => checkOptions(first as typeof electron, second as GatewayServiceOptions)).toThrow(sentence);
});
