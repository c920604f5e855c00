// What a button of a notification does, with a real controller over a manager in memory.
import { describe, expect, it } from 'vitest';
import { createShellCommandHandler } from '../../main/shell-commands.ts';
import type { Show } from '../../src/desktop/ipc.ts';
import { ENGLISH } from '../../src/desktop/messages.ts';
import type { Announcement } from '../../src/desktop/shell-messages.ts';
import { IDENTITIES, registered } from '../support/registered.ts';
import { updatePorts } from '../support/update-ports.ts';

const [DEFAULT] = IDENTITIES;
const profile = 'default';

function handler() {
  const { controller, manager, electron, clock } = registered();
  const shown: (string | undefined)[] = [];
  const announced: Announcement[] = [];
  const run = createShellCommandHandler({
    engine: Promise.resolve({ controller, manager, identities: IDENTITIES, updates: updatePorts(manager, '/none') }),
    openPanel: name => shown.push(name),
    subscribers: { show: (name: string, part: Show) => shown.push(`${part} of ${name}`) },
    quit: () => undefined,
    updater: undefined,
    installUpdate: () => Promise.reject(new Error('no updater')),
    shell: electron.shell,
    clipboard: electron.clipboard,
    messages: ENGLISH.messages,
    notifications: { announce: (_profile, announcement) => announced.push(announcement) },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const phase = async () => (await manager.status(DEFAULT)).phase;
  const crash = async () => manager.crash((await manager.status(DEFAULT)).gatewayPid ?? 0);
  return { run, shown, announced, manager, electron, clock, phase, crash };
}

describe('another try', () => {
  it('starts the gateway at once between two crashes', async () => {
    const { run, manager, phase, crash, shown } = handler();
    await manager.install(DEFAULT);
    await crash();
    expect(await phase()).toBe('restarting');
    await run({ do: 'tryNow', profile });
    expect(await phase()).toBe('running');
    expect(shown).toEqual([]);
  });

  it('shows the panel instead where the gateway is up again', async () => {
    const { run, manager, shown } = handler();
    await manager.install(DEFAULT);
    const { gatewayPid } = await manager.status(DEFAULT);
    await run({ do: 'tryNow', profile });
    expect((await manager.status(DEFAULT)).gatewayPid).toBe(gatewayPid);
    expect(shown).toEqual(['panel of default', 'default']);
  });
});

describe('a part of the panel', () => {
  it.each([
    ['show', 'panel'],
    ['showCause', 'log'],
    ['turnOn', 'turnOn'],
  ] as const)('is shown by the command %s: %s', async (command, part) => {
    const { run, shown } = handler();
    await run({ do: command, profile });
    expect(shown).toEqual([`${part} of default`, 'default']);
  });
});
