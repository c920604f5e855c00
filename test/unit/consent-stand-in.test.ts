// The stand-in for the UAC question: a switch waits for its answer, and handles a refusal or no answer as it does on Windows.
import { describe, expect, it } from 'vitest';
import { askingManager, ConsentStandIn, type ConsentState } from '../../demo/story/consent-stand-in.ts';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import { ManualClock, MemoryManager } from '../support/memory-manager.ts';
import { IDENTITIES } from '../support/registered.ts';

const [DEFAULT] = IDENTITIES;

function trial() {
  const consent = new ConsentStandIn({ unansweredMs: 1 });
  const manager = new MemoryManager({ clock: new ManualClock(Date.now()) });
  const controller = new GatewayServiceController({ manager: askingManager(manager, consent), identities: [DEFAULT] });
  const turn = (on: boolean) => controller.handle('set', { profile: 'default', on });
  return { consent, manager, controller, turn };
}

const asked = (consent: ConsentStandIn) => expect.poll(() => consent.state.asking).toBe(true);

describe('turning a gateway on and off', () => {
  it('asks for consent only when it is required, and the receipt says so', async () => {
    const { consent, controller, turn } = trial();
    const preview = () => controller.handle('preview', { profile: 'default', on: true });
    expect(await preview()).toMatchObject({ ok: true, value: { elevated: false } });
    expect(await turn(true)).toMatchObject({ ok: true, value: { status: { phase: 'running' } } });
    consent.require(true);
    expect(await preview()).toMatchObject({ ok: true, value: { elevated: true } });
  });

  it('waits for the answer, and continues after "yes"', async () => {
    const { consent, manager, turn } = trial();
    consent.require(true);
    const turned = turn(true);
    await asked(consent);
    expect(manager.registered).toEqual([]);
    consent.answer('yes');
    expect(await turned).toMatchObject({ ok: true, value: { status: { phase: 'running' } } });
  });

  it.each([
    ['no', 'consent-declined'],
    ['never', 'consent-unanswered'],
  ] as const)('changes nothing after "%s"', async (answer, code) => {
    const { consent, manager, turn } = trial();
    consent.require(true);
    const turned = turn(true);
    await asked(consent);
    consent.answer(answer);
    expect(await turned).toMatchObject({ ok: false, error: { code } });
    expect(manager.registered).toEqual([]);
    expect(consent.state).toEqual({ required: true, asking: false });
  });

  it('needs no consent to start and stop', async () => {
    const { consent, controller, turn } = trial();
    await turn(true);
    consent.require(true);
    for (const verb of ['stop', 'start', 'restart'] as const)
      expect(await controller.handle(verb, { profile: 'default' })).toMatchObject({ ok: true });
  });
});

it('shows the consent question on every page from the start to the answer', () => {
  const { consent } = trial();
  const told: ConsentState[] = [];
  const leave = consent.onChanged(state => told.push(state));
  consent.require(true);
  void consent.ask('install').catch(() => undefined);
  consent.answer('yes');
  leave();
  consent.require(false);
  expect(told).toEqual([
    { required: false, asking: false },
    { required: true, asking: false },
    { required: true, asking: true },
  ]);
});
