// Where an app finds the host without naming its folder, in folders as a packager and package managers lay them out.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findHostFolder } from '../../main/host-folder.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'host-folder-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (file: string, text = '{}') => {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
};
const find = (platform: NodeJS.Platform) =>
  findHostFolder({ appPath: path.join(folder, 'app'), resources: path.join(folder, 'resources'), platform });
const MAIN = 'app/node_modules/hermes-gateway-service';
const EXECUTABLES = `${MAIN}-win32-x64`;

function install() {
  put(`${MAIN}/package.json`, JSON.stringify({ exports: { './host': { default: './dist/host/hermes-gateway.cjs' } } }));
  put(`${MAIN}/dist/host/hermes-gateway.cjs`);
}

it('is in the resources of a packaged app, whatever is among its packages', () => {
  install();
  put('resources/host/manifest.json');
  expect(find('win32')).toBe(path.join(folder, 'resources/host'));
});

it('is the package of the executables on Windows, where it is installed', () => {
  install();
  put(`${EXECUTABLES}/package.json`, JSON.stringify({ exports: { './*': './*' } }));
  put(`${EXECUTABLES}/manifest.json`);
  expect(find('win32')).toBe(path.join(folder, EXECUTABLES));
  expect(find('linux')).toBe(path.join(folder, MAIN, 'dist/host'));
});

it('is the script of the package elsewhere', () => {
  install();
  expect(find('win32')).toBe(path.join(folder, MAIN, 'dist/host'));
});

it('is missing where the app brings none, and the remedy says how to bring it', () => {
  expect(() => find('win32')).toThrow(
    expect.objectContaining({ code: 'service-program-missing', remedy: expect.stringContaining('"resources/host"') }),
  );
});
