/** The paths of the app's parts: outside the archive when packaged, because Windows needs real files for icons and programs. */

import path from 'node:path';

export interface AppPathsFacts {
  readonly packaged: boolean;
  /** `process.resourcesPath` */
  readonly resources: string;
  /** Folder of the compiled main process, `<project>/dist/main`. */
  readonly mainDir: string;
}

export function appPaths({ packaged, resources, mainDir }: AppPathsFacts) {
  return {
    hostDir: packaged ? path.join(resources, 'host') : path.join(mainDir, '../host'),
    iconsDir: packaged ? path.join(resources, 'icons') : path.join(mainDir, '../../build/icons'),
    pages: path.join(mainDir, '../renderer'),
    preload: path.join(mainDir, 'preload.cjs'),
  };
}
