// The update hooks of examples/hermes over a real registration: the gateways are down between teardown and restore, and run again after.
import { describe, expect, it, vi } from 'vitest';
import type { GatewayServiceRegistration } from '../../main/register.ts';
import { IDENTITIES, registered } from '../support/registered.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const [DEFAULT] = IDENTITIES;
const EXAMPLE = `${REPOSITORY}examples/hermes/electron/gateway-hand-off.ts`;

/** The part that is used; the file has other types beside it than this folder. */
interface Example {
  createGatewayHandOff(deps: { registration: GatewayServiceRegistration; rememberLog: (line: string) => void }): {
    teardown(own: () => Promise<void>, options?: { quitTimeoutMs?: number }): () => Promise<void>;
    restore(own: () => Promise<void>): () => Promise<void>;
  };
}

async function setup(options?: { quitTimeoutMs?: number }) {
  const { manager, registration } = registered();
  const { createGatewayHandOff } = (await import(EXAMPLE)) as Example;
  const lines: string[] = [];
  const gateways = createGatewayHandOff({ registration, rememberLog: line => lines.push(line) });
  const phase = async () => (await manager.status(DEFAULT)).phase;
  const seen: string[] = [];
  const note = async () => void seen.push(await phase());
  await manager.install(DEFAULT);
  return { phase, seen, lines, teardown: gateways.teardown(note, options), restore: gateways.restore(note) };
}

describe('hand-off of the Hermes example', () => {
  it('stops the gateways before the backends of the app, and starts them again after those', async () => {
    const { phase, seen, lines, teardown, restore } = await setup();
    await teardown();
    expect(await phase()).toBe('held-for-update');
    await restore();
    expect(await phase()).toBe('running');
    expect(seen).toEqual(['held-for-update', 'held-for-update']);
    expect(lines).toEqual([]);
  });

  it('can stop them again after an update that did not happen', async () => {
    const { phase, teardown, restore } = await setup();
    await teardown();
    await restore();
    await teardown();
    expect(await phase()).toBe('held-for-update');
    await restore();
  });

  it('starts them again by itself when the app does not quit', async () => {
    const { phase, lines, teardown, restore } = await setup({ quitTimeoutMs: 50 });
    await teardown();
    await vi.waitFor(() => expect(lines.join()).toContain('did not quit'));
    expect(await phase()).toBe('running');
    await restore();
  });
});
