// Which folder is the user's, and whose folder may be used.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireOwnFolder } from '../../src/state/folder-owner.ts';
import { userFolder } from '../../src/state/user-folder.ts';

describe('folder of the user', () => {
  it.each([
    ['empty', () => ''],
    ['relative', () => 'home'],
    [
      'not known to the system',
      () => {
        throw new Error('uv_os_homedir returned ENOENT');
      },
    ],
  ])('is reported with a remedy where it is %s', (_how, homedir) => {
    expect(() => userFolder(homedir)).toThrow(
      expect.objectContaining({ code: 'user-folder-unknown', remedy: expect.stringContaining('HOME') }),
    );
  });

  it('is an absolute path', () => {
    expect(userFolder(() => path.resolve('/home/ada'))).toBe(path.resolve('/home/ada'));
  });
});

describe('owner of a folder', () => {
  const owners: Record<string, number> = { '/': 0, '/home': 0, '/home/ada': 1_000, '/srv/state': 0 };
  const use = (folder: string, uid: number | undefined) => () => requireOwnFolder(folder, { uid, ownerOf: each => owners[each] });
  const refused = expect.objectContaining({ code: 'folder-of-another-user', remedy: expect.stringContaining('sudo -u "#1000" -H') });

  it('refuses root in a folder of another user, also where it would be created', () => {
    expect(use('/home/ada', 0)).toThrow(refused);
    expect(use('/home/ada/.local/state/hermes-gateway-service', 0)).toThrow(refused);
  });

  it("allows root in root's folders", () => {
    expect(use('/srv/state', 0)).not.toThrow();
    expect(use('/root/.local/state', 0)).not.toThrow();
  });

  it('leaves every other user, and Windows, to the system', () => {
    expect(use('/srv/state', 1_000)).not.toThrow();
    expect(use('/home/ada', undefined)).not.toThrow();
  });
});
