// Which Node the host for Windows is built on. That it runs is shown below Wine, by every suite that starts the host.
import { describe, expect, it } from 'vitest';
import { WINDOWS_NODES, windowsNode } from '../../scripts/windows-node.mjs';
import manifest from '../wine/package.json' with { type: 'json' };

const ON_WINDOWS = Number.POSITIVE_INFINITY;

describe('the Node of the host', () => {
  it.each([
    ['Windows', ON_WINDOWS, 24],
    ['Wine 10', 10, 24],
    ['Wine 9', 9, 22],
    ['Wine 8', 8, 22],
  ])('is the newest LTS version that %s runs', (_system, wine, major) => {
    expect(windowsNode(wine).major).toBe(major);
  });

  it('is none below an older Wine, and the error names the oldest that runs one', () => {
    expect(() => windowsNode(7)).toThrow('Wine 7 runs no Node that the host can be built on. Use Wine 8 or newer.');
  });

  it('is installed in the version that its name says', () => {
    const packages: Readonly<Record<string, string>> = manifest.optionalDependencies;
    for (const { major, file } of WINDOWS_NODES) {
      const [, name = ''] = /node_modules\/([^/]+)/.exec(file) ?? [];
      expect(packages[name]).toMatch(new RegExp(`(^|@)${major}\\.\\d`));
    }
  });
});
