// The acceptance criteria as far as Wine can show them: the real Windows service, below an SCM that is rebuilt with failure actions of our
// own (test/wine/scm). Every respawn that is reported here is the work of that SCM, not of Windows'.
import { acceptService } from '../acceptance/service-criteria.ts';
import type { ServiceStage } from '../acceptance/service-stage.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import type { ServiceOnWine } from './service-on-wine.ts';
import { describeServiceOnWine } from './suite.ts';

describeServiceOnWine('acceptance, below the rebuilt SCM', service => {
  acceptService(stageOf(service), {
    respawn: 'respawn-wine',
    update: 'update-wine',
    updateKilled: 'update-killed-wine',
    held: 'held-wine',
    registered: 'switch-wine',
    profile: 'profile-wine',
  });
});

/** The rig is up only when the tests run, so that everything is asked of it then. */
function stageOf(service: ServiceOnWine): ServiceStage {
  return {
    scm: 'the rebuilt SCM',
    folder: 'C:\\updates',
    standardHome: 'C:\\users\\hermes\\AppData\\Local\\hermes',
    get of() {
      return service.of;
    },
    get node() {
      return service.rig.node;
    },
    get program() {
      return service.rig.program;
    },
    sampleGateway: (...switches) => sampleGatewayIn(service.rig, ...switches),
    fresh: async home => void (await service.fresh(home)),
    install: gatewayCommand => service.manager.install(service.of, { gatewayCommand }),
    status: () => service.status(),
    history: () => service.manager.history(service.of),
    run: argv => service.rig.run(argv),
    write: (file, text) => service.rig.write(file, text),
    read: file => service.rig.read(file),
    kill: pid => service.manager.kill(pid),
    gateways: () => service.gateways(),
    census: () => service.census(),
    failures: async () => service.failures(),
    serviceKey: async name => {
      const key = await call(service.rig, 'registry', 'readKey', `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`);
      const actions = key?.['FailureActions'] as { data?: number[] } | undefined;
      return key && { ...key, FailureActions: actions?.data };
    },
  };
}
