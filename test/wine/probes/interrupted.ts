// An installation that is ended without a word before the Nth step by which it changes something: interrupted N HOME GATEWAY-COMMAND.
// Each step that it came to is a line in C:\steps.
import { appendFileSync } from 'node:fs';
import { onEachStep } from './steps.ts';

const [, , last = '', home = '', command = ''] = process.argv;
let steps = 0;

onEachStep(step => {
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL');
  steps += 1;
  appendFileSync('C:\\steps', `${step}\n`);
  return false;
});
const { identityOf, windowsManager } = await import('./windows-manager.ts');
await windowsManager().install(identityOf(home), { gatewayCommand: JSON.parse(command) as string[] });
