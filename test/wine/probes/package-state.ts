// The way out of a package on Windows, for the contract suite on the other side.
import { windowsPackage } from '../../../src/process/windows-package.ts';
import { startConversation } from '../../../src/windows/conversation.ts';
import { serve } from './serve.ts';
import { hostCommand } from './windows-manager.ts';

const changing = [...hostCommand, 'change-state'];

serve(() => ({
  fullName: () => windowsPackage.fullName,
  converse: (lines: readonly string[]) => lines.map(startConversation(changing)),
  converseOutside: (lines: readonly string[]) => lines.map(windowsPackage.converseOutside(changing)),
}));
