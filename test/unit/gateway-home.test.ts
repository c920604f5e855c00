// The ladder that finds the Hermes home, and the service that a home and a profile make.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatewayIdentity, type HomeSources, listProfiles, requireHome, resolveHermesRoot, siblingOf } from '../../src/gateway/home.ts';
import type { Profile } from '../../src/model/profile.ts';

const WINDOWS_USER = 'C:\\Users\\Ann';
const WINDOWS_DEFAULT = 'C:\\Users\\Ann\\AppData\\Local\\hermes';

function onWindows(sources: Partial<HomeSources> = {}) {
  return resolveHermesRoot({
    platform: 'win32',
    env: { LOCALAPPDATA: 'C:\\Users\\Ann\\AppData\\Local' },
    homedir: WINDOWS_USER,
    isFolder: () => false,
    resolve: folder => folder,
    ...sources,
  });
}

function onLinux(sources: Partial<HomeSources> = {}) {
  return resolveHermesRoot({
    platform: 'linux',
    env: {},
    homedir: '/home/ann',
    isFolder: () => false,
    resolve: folder => folder,
    ...sources,
  });
}

describe('name of the default service', () => {
  const serviceOf = (sources: Partial<HomeSources>) => gatewayIdentity(onWindows(sources), 'win32', folder => folder).service;

  it('is another one where a package of Hermes has, or may claim, the plain one', () => {
    expect(serviceOf({ isNameTaken: () => false })).toBe('HermesGateway');
    expect(serviceOf({ isNameTaken: () => true })).toBe('HermesGateway-default');
    expect(serviceOf({ isNameTaken: () => true, home: 'D:\\other' })).toMatch(/^HermesGateway-[0-9a-f]{8}$/);
  });

  it('leads to the services of the other profiles, and back, whichever it is', () => {
    const root = '/home/ann/.hermes';
    for (const isNameTaken of [() => false, () => true]) {
      const own = gatewayIdentity({ root, standard: true, ...(isNameTaken() && { nameTaken: true }) });
      const work = siblingOf(own, 'work' as Profile, isNameTaken);
      expect(work.service).toBe('HermesGateway-work');
      expect(siblingOf(work, own.profile, isNameTaken)).toEqual(own);
    }
  });
});

describe('search order of homes', () => {
  it('ends at the default of the system', () => {
    expect(onWindows()).toEqual({ root: WINDOWS_DEFAULT, standard: true });
    expect(onWindows({ env: {} })).toEqual({ root: WINDOWS_DEFAULT, standard: true });
    expect(onLinux()).toEqual({ root: '/home/ann/.hermes', standard: true });
  });

  it('uses --home before everything, then HERMES_HOME, the data folder of the desktop app, and the registry', () => {
    const env = { LOCALAPPDATA: 'C:\\L', HERMES_HOME: 'D:\\env', HERMES_DESKTOP_USER_DATA_DIR: 'D:\\desktop' };
    const readUserEnvironment = () => 'D:\\registry';
    expect(onWindows({ home: 'D:\\named', env, readUserEnvironment }).root).toBe('D:\\named');
    expect(onWindows({ env, readUserEnvironment }).root).toBe('D:\\env');
    expect(onWindows({ env: { ...env, HERMES_HOME: ' ' }, readUserEnvironment }).root).toBe('D:\\desktop\\hermes-home');
    expect(onWindows({ readUserEnvironment }).root).toBe('D:\\registry');
    expect(onWindows({ readUserEnvironment: () => undefined }).root).toBe(WINDOWS_DEFAULT);
  });

  it('reads the registry on Windows only', () => {
    expect(onLinux({ readUserEnvironment: () => '/registry' }).root).toBe('/home/ann/.hermes');
  });

  it('finds Windows variables in any case', () => {
    expect(onWindows({ env: { Hermes_Home: 'D:\\env' } }).root).toBe('D:\\env');
    expect(onLinux({ env: { Hermes_Home: '/env' } }).root).toBe('/home/ann/.hermes');
  });

  it('uses the legacy folder only when the default is missing and no suffix selects another one', () => {
    const legacy = 'C:\\Users\\Ann\\.hermes';
    expect(onWindows({ isFolder: folder => folder === legacy })).toEqual({ root: legacy, standard: false });
    expect(onWindows({ isFolder: () => true }).root).toBe(WINDOWS_DEFAULT);
    const env = { LOCALAPPDATA: 'C:\\Users\\Ann\\AppData\\Local', HERMES_DATA_DIR_SUFFIX: '-light' };
    expect(onWindows({ env, isFolder: folder => folder === legacy })).toEqual({ root: `${WINDOWS_DEFAULT}-light`, standard: false });
  });

  it('recognizes the standard root in every spelling', () => {
    expect(onWindows({ home: 'c:/users/ANN/appdata/local/Hermes/' })).toEqual({
      root: 'c:/users/ANN/appdata/local/Hermes',
      standard: true,
    });
    expect(onLinux({ home: '/home/ann/.hermes/' }).standard).toBe(true);
    expect(onLinux({ home: '/home/ann/.Hermes' }).standard).toBe(false);
  });

  it('derives the root from the home of a profile', () => {
    expect(onLinux({ home: '/data/h/profiles/work/' })).toEqual({ root: '/data/h', standard: false, profile: 'work' });
    expect(
      onWindows({ env: { HERMES_HOME: `${WINDOWS_DEFAULT}\\Profiles\\Work`, LOCALAPPDATA: 'C:\\Users\\Ann\\AppData\\Local' } }),
    ).toEqual({
      root: WINDOWS_DEFAULT,
      standard: true,
      profile: 'work',
    });
    expect(onLinux({ home: '/data/profiles/not a profile' })).toEqual({ root: '/data/profiles/not a profile', standard: false });
  });

  it.each(['', '.', 'hermes', '~/.hermes', './h', 'a\0b'])('refuses %j, which is not absolute', home => {
    expect(() => onLinux({ home })).toThrow(expect.objectContaining({ code: 'home-invalid' }));
    expect(() => onWindows({ home })).toThrow(expect.objectContaining({ code: 'home-invalid' }));
  });

  it.each(['\\hermes', 'C:hermes', '/hermes', '\\\\'])('refuses %j on Windows, where it depends on the current drive', home => {
    expect(() => onWindows({ home })).toThrow(expect.objectContaining({ code: 'home-invalid' }));
  });

  it.each(['C:\\', '\\\\server\\share\\hermes', "D:\\Ann & Bob's 100% 仕事 🚀 home"])('keeps the spelling of %j', home => {
    expect(onWindows({ home }).root).toBe(home);
  });

  it('keeps an absolute path as configured, except for slashes at its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), name => {
        fc.pre(!name.includes('\0') && !name.endsWith('/'));
        expect(onLinux({ home: `/x/${name}//` }).root).toBe(`/x/${name}`);
      }),
    );
  });
});

describe('identity of a gateway', () => {
  const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 8);
  const same = (folder: string) => folder;

  it('uses the profile as the identity on the standard root', () => {
    expect(gatewayIdentity({ root: WINDOWS_DEFAULT, standard: true }, 'win32', same)).toEqual({
      profile: 'default',
      root: WINDOWS_DEFAULT,
      home: WINDOWS_DEFAULT,
      serviceId: '',
      service: 'HermesGateway',
    });
    expect(gatewayIdentity({ root: WINDOWS_DEFAULT, standard: true, profile: 'work' }, 'win32', same)).toEqual({
      profile: 'work',
      root: WINDOWS_DEFAULT,
      home: `${WINDOWS_DEFAULT}\\profiles\\work`,
      serviceId: 'work',
      service: 'HermesGateway-work',
    });
  });

  it('uses a hash of the resolved home everywhere else, so that two custom homes never share a service', () => {
    const one = gatewayIdentity({ root: '/data/仕事', standard: false }, 'linux', same);
    expect(one.service).toBe(`HermesGateway-${hash('/data/仕事')}`);
    expect(one.serviceId).toMatch(/^[0-9a-f]{8}$/);
    const profile = gatewayIdentity({ root: '/data/仕事', standard: false, profile: 'work' }, 'linux', same);
    expect(profile.serviceId).toBe(hash('/data/仕事/profiles/work'));
    const elsewhere = gatewayIdentity({ root: '/link', standard: false }, 'linux', () => '/data/仕事');
    expect(elsewhere).toMatchObject({ root: '/link', home: '/link', serviceId: one.serviceId });
  });
});

describe('homes on the disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "home & 'x' 仕事 ")));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const identity = (profile?: string) => gatewayIdentity({ root: folder, standard: false, ...(profile === undefined ? {} : { profile }) });

  it('refuses a home that does not exist or does not contain the profile', () => {
    expect(() => requireHome(identity())).not.toThrow();
    expect(() => requireHome(gatewayIdentity({ root: path.join(folder, 'gone'), standard: false }))).toThrow(
      expect.objectContaining({ code: 'home-missing' }),
    );
    writeFileSync(path.join(folder, 'file'), '');
    expect(() => requireHome(gatewayIdentity({ root: path.join(folder, 'file'), standard: false }))).toThrow(
      expect.objectContaining({ code: 'home-missing' }),
    );
    expect(() => requireHome(identity('work'))).toThrow(expect.objectContaining({ code: 'profile-missing' }));
    mkdirSync(path.join(folder, 'profiles', 'work'), { recursive: true });
    expect(() => requireHome(identity('work'))).not.toThrow();
  });

  it('never recreates a deleted profile', () => {
    mkdirSync(path.join(folder, 'profiles', 'work'), { recursive: true });
    mkdirSync(path.join(folder, 'profiles', '.deleted', 'work'), { recursive: true });
    expect(() => requireHome(identity('work'))).toThrow(expect.objectContaining({ code: 'profile-missing' }));
    expect(listProfiles(folder)).toEqual(['default']);
  });

  it('lists the profiles of a home and nothing else', () => {
    expect(listProfiles(folder)).toEqual(['default']);
    for (const name of ['work', 'b', 'hermes', 'default', 'Not One', 'con', '.deleted', 'Upper']) {
      mkdirSync(path.join(folder, 'profiles', name), { recursive: true });
    }
    writeFileSync(path.join(folder, 'profiles', 'file'), '');
    expect(listProfiles(folder)).toEqual(['default', 'b', 'hermes', 'work']);
  });

  it('lists a profile once when names differ only in case, as Windows reads them', () => {
    for (const name of ['work', 'Work', 'WORK']) mkdirSync(path.join(folder, 'profiles', name), { recursive: true });
    expect(listProfiles(folder, 'win32')).toEqual(['default', 'work']);
    expect(listProfiles(folder, 'linux')).toEqual(['default', 'work']);
  });

  it('gives a link and its target the same service, and keeps the link in every path', () => {
    const link = `${folder}-link`;
    symlinkSync(folder, link, 'junction');
    try {
      const linked = gatewayIdentity({ root: link, standard: false, profile: 'work' });
      expect(linked.serviceId).toBe(identity('work').serviceId);
      expect(linked.home).toBe(path.join(link, 'profiles', 'work'));
    } finally {
      rmSync(link);
    }
  });
});
