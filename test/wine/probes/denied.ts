// What a user finds of a service on which somebody has taken every right from that user, and a repair by consent. One JSON document.
import { onEachStep } from './steps.ts';

let denied = false;
onEachStep(() => denied, { OpenServiceW: 1 });

const { hostCommand, identityOf, windowsManager } = await import('./windows-manager.ts');
const { registerService } = await import('../../../src/mechanisms/service-registration.ts');
const { RECOVERY_LADDER } = await import('../../../src/model/ladder.ts');

const of = identityOf('C:\\users\\hermes\\denied');
const [gatewayCommand = ''] = process.argv.slice(2);
await windowsManager().install(of, { gatewayCommand: JSON.parse(gatewayCommand) });

denied = true;
const manager = windowsManager({
  run: async ({ service }) => {
    // Of an administrator's rights nothing was taken.
    denied = false;
    registerService({ service, hostCommand, recovery: RECOVERY_LADDER }, { enable: false });
    return { kind: 'done' };
  },
});
const found = { status: await manager.status(of), foundProblems: await manager.examine(of) };
const repair = await manager.repair(of);
await windowsManager().uninstall(of);
console.log(JSON.stringify({ ...found, repair }));
process.exit(0);
