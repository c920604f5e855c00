/** The MSIX package of this process on Windows. */

import { changeHere } from '../state/disk.ts';
import { packageFullName } from '../windows/app-package.ts';
import { startConversation } from '../windows/conversation.ts';
import type { AppPackage } from './package-state.ts';

export const windowsPackage: AppPackage = {
  get fullName() {
    return packageFullName();
  },
  changeInside: changeHere,
  converseOutside: argv => startConversation(argv, { outsidePackage: true }),
};
