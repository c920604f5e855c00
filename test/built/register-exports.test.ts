// The package as a host app meets it: every export is there, and the main process' half loads where there is no Electron.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/sandbox.ts';

const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as {
  main: string;
  exports: Record<string, string | { types: string; default: string }>;
  files: string[];
};

describe('package', () => {
  it('exports only files of the build, and contains all of them', () => {
    const targets = [
      manifest.main,
      ...Object.values(manifest.exports).flatMap(each => (typeof each === 'string' ? [each] : Object.values(each))),
    ];
    const files = targets.filter(each => !each.includes('*') && each !== './package.json').map(each => path.normalize(each));
    expect(files.length).toBeGreaterThanOrEqual(8);
    for (const file of files) {
      expect(existsSync(path.join(REPOSITORY, file)), file).toBe(true);
      expect(
        manifest.files.some(folder => file.startsWith(`${folder}/`)),
        file,
      ).toBe(true);
    }
  });

  it('loads in plain Node, without Electron, React or a window', () => {
    const script = `
      const { registerGatewayService } = await import('hermes-gateway-service/main');
      const { gatewayServiceBridge } = await import('hermes-gateway-service/preload');
      console.log(typeof registerGatewayService, typeof gatewayServiceBridge);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: REPOSITORY, encoding: 'utf8' });
    expect(output.trim()).toBe('function function');
  });

  it('names the host as a program that can be started', () => {
    const host = manifest.exports['./host'];
    const output = execFileSync(process.execPath, [path.join(REPOSITORY, String(host)), '--version'], { encoding: 'utf8' });
    expect(output.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
