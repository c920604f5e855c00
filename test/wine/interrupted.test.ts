// An installation that does not come to its end: ended without a word before each of its steps, and refused by Windows at each of them.
import { expect, it } from 'vitest';
import type { Failing } from './probes/failing.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine } from './suite.ts';

describeServiceOnWine('an installation, through Wine', service => {
  /** Every step by which an installation changes something here; Wine's SCM takes no security descriptor. */
  const steps = (name: string) => [
    'rename desired.json',
    'rename definition.json',
    `CreateServiceW ${name}`,
    // Required privileges, service SID, description, delayed start, preshutdown time, failure-actions flag, failure actions.
    ...[6, 5, 1, 3, 7, 4, 2].map(level => `ChangeServiceConfig2W ${level}`),
    'RegCreateKeyExW Hermes Gateway Service',
    'RegSetValueExW EventMessageFile',
    'RegSetValueExW TypesSupported',
    'RegSetValueExW CustomSource',
    `RegCreateKeyExW ${name}`,
    'RegSetValueExW Environment',
    'RegCreateKeyExW Parameters',
    'RegSetValueExW Owner',
    'RegSetValueExW StartType',
    'RegSetValueExW BeforeSignIn',
    'StartServiceW 0',
  ];

  it('undoes and repeats an installation that is interrupted before any of its steps', async () => {
    const name = await service.fresh();
    const { rig, manager, of } = service;
    const gatewayCommand = sampleGatewayIn(rig);
    const all = steps(name);
    for (const [at, step] of all.entries()) {
      rig.write('C:\\steps', '');
      await rig.run([rig.node, rig.probe('interrupted'), String(at), of.home, JSON.stringify(gatewayCommand)]);
      expect(rig.read('C:\\steps').split('\n').slice(0, -1)).toEqual(all.slice(0, at));
      const { phase } = await service.status();
      // A service without an owner, or one that nobody has started yet, is no gateway that failed.
      expect(['not-installed', 'stopped', 'starting'], `${phase}, interrupted before ${step}`).toContain(phase);
      if (at === all.length - 1) break;
      expect(await manager.uninstall(of)).toMatchObject({ phase: 'not-installed' });
      const left = await manager.leftovers();
      expect(left, `interrupted before ${step}`).toEqual([]);
    }
    expect(await manager.install(of, { gatewayCommand })).toMatchObject({ phase: 'running', problems: [] });
    expect(service.gateways()).toHaveLength(1);
  });

  it('keeps the old state without new data when Windows refuses any step of an installation', async () => {
    const { created, changed } = await service.rig.ask<Failing>('failing');
    const settings = steps('HermesGateway-failing').slice(3, -1);
    expect(created.map(({ step }) => step)).toEqual(['CreateServiceW HermesGateway-failing', ...settings]);
    expect(created.filter(({ left }) => left)).toEqual([]);
    expect(changed.map(({ step }) => step)).toEqual(['ChangeServiceConfigW Hermes Gateway "failing"', ...settings]);
    expect(changed.filter(({ same }) => !same)).toEqual([]);
    expect(new Set([...created, ...changed].map(({ code }) => code))).toEqual(new Set(['needs-administrator']));
  });
});
