/** The paths of the app's parts: outside the archive when packaged, because Windows needs real files for icons and programs. */

import path from 'node:path';

/** @param facts `resources`: `process.resourcesPath`; `mainDir`: folder of the compiled main process, `<project>/dist/main` */
export function appPaths({ packaged, resources, mainDir }: { packaged: boolean; resources: string; mainDir: string }) {
  return {
    hostDir: packaged ? path.join(resources, 'host') : path.join(mainDir, '../host'),
    iconsDir: packaged ? path.join(resources, 'icons') : path.join(mainDir, '../../build/icons'),
    pages: path.join(mainDir, '../renderer'),
    preload: path.join(mainDir, 'preload.cjs'),
  };
}
