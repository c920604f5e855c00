// How a gateway is stopped: the order of the ways, and what is done when none works. The process tree is a fake at its port; the home is
// real.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPath } from '../../src/gateway/control-socket.ts';
import { type StopPorts, stopGateway } from '../../src/gateway/graceful-stop.ts';
import { readPlannedStop } from '../../src/gateway/planned-stop.ts';

const GATEWAY = { pid: 12, startTime: 99 };

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'gateway-stop-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** A tree of a gateway and perhaps a child; what ends it is up to the test. */
class FakeTree implements StopPorts {
  gateway = true;
  child = false;
  immortal = false;
  kills = 0;
  gatewayIsGone = () => !this.gateway;
  treeIsEmpty = () => !this.gateway && !this.child;
  killTree = () => {
    this.kills += 1;
    if (!this.immortal) this.gateway = this.child = false;
  };
  signal?: (name: 'SIGTERM') => void;
}

describe('stopGateway', () => {
  it('does nothing when no gateway runs', async () => {
    const tree = new FakeTree();
    tree.gateway = false;
    await stopGateway({ home, gateway: GATEWAY }, tree);
    expect(tree.kills).toBe(0);
    expect(readPlannedStop(home)).toBeUndefined();
  });

  it('writes the planned-stop marker before it sends the signal, since a signal alone would look like a failure', async () => {
    const tree = new FakeTree();
    tree.signal = () => {
      expect(readPlannedStop(home)?.target).toEqual(GATEWAY);
      tree.gateway = false;
    };
    await stopGateway({ home, gateway: GATEWAY }, tree);
    expect(tree.kills).toBe(0);
  });

  it('removes a marker that the gateway did not read', async () => {
    const tree = new FakeTree();
    await stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => 50 });
    expect(readPlannedStop(home)).toBeUndefined();
  });

  it('ends the process tree of a gateway that does not react', async () => {
    const tree = new FakeTree();
    tree.child = true;
    const beganMs = performance.now();
    await stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => 100 });
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(95);
    expect(tree.kills).toBe(1);
  });

  it('ends the processes that a gateway leaves running when it exits', async () => {
    const tree = new FakeTree();
    tree.child = true;
    tree.signal = () => {
      tree.gateway = false;
    };
    await stopGateway({ home, gateway: GATEWAY }, tree);
    expect(tree.kills).toBe(1);
  });

  it('sends the signal to a program without gateway files, and ends it at once on systems without signals', async () => {
    const polite = new FakeTree();
    polite.signal = () => {
      polite.gateway = false;
    };
    await stopGateway({ home }, polite);
    expect(polite.kills).toBe(0);
    const silent = new FakeTree();
    await stopGateway({ home }, silent);
    expect(silent.kills).toBe(1);
    expect(readPlannedStop(home)).toBeUndefined();
  });

  describe('with a control pipe', () => {
    let verbs: string[];
    let server: net.Server;
    /** The result of every verb. */
    let answer: object;
    let known: boolean;
    beforeEach(async () => {
      verbs = [];
      known = true;
      answer = { pid: GATEWAY.pid, start_time: GATEWAY.startTime, pausing: true, active_agents: 0 };
      server = net.createServer(socket =>
        socket.once('data', chunk => {
          verbs.push(JSON.parse(chunk.toString()).verb);
          socket.end(`${JSON.stringify(known ? { ok: true, result: answer } : { ok: false, error: 'unknown verb' })}\n`);
        }),
      );
      await new Promise<void>(resolve => server.listen(controlPath(home), resolve));
    });
    afterEach(() => new Promise(resolve => server.close(resolve)));

    it('stops a gateway by the marker and not by its pipe, whose verb is a restart', async () => {
      const tree = new FakeTree();
      tree.signal = () => {
        tree.gateway = false;
      };
      expect(await stopGateway({ home, gateway: GATEWAY }, tree)).toBe('graceful');
      expect(verbs).toEqual([]);
    });

    it('stops a gateway by its pipe when no marker can be written', async () => {
      // A folder in the place of the marker: root may write everywhere.
      mkdirSync(path.join(home, '.gateway-planned-stop.json', 'full'), { recursive: true });
      const tree = new FakeTree();
      expect(await stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => 200 })).toBe('killed');
      expect(verbs).toEqual(['identify', 'pause-for-update']);
    });

    it('does not pause another gateway that answers in the same home', async () => {
      answer = { pid: 13, start_time: 99, pausing: true };
      mkdirSync(path.join(home, '.gateway-planned-stop.json', 'full'), { recursive: true });
      const tree = new FakeTree();
      expect(await stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => 200 })).toBe('killed-unasked');
      expect(verbs).toEqual(['identify']);
    });

    it('lets an idle gateway restart itself, and kills one that agrees and never ends', async () => {
      const tree = new FakeTree();
      expect(await stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => 100, restart: true })).toBe('killed');
      expect(verbs).toEqual(['status', 'pause-for-update']);
      expect(tree.kills).toBe(1);
    });

    it.each([
      ['has work in progress', { active_agents: 1 }],
      ['serves an API, whose runs Hermes does not count', { platforms: { api_server: { state: 'connected' } } }],
      ['does not say what it does', { active_agents: undefined }],
      ['does not know this verb', undefined],
    ])('restarts a gateway by the marker that %s', async (_name, said) => {
      answer = { ...answer, ...said };
      known = said !== undefined;
      const tree = new FakeTree();
      tree.signal = () => {
        tree.gateway = false;
      };
      expect(await stopGateway({ home, gateway: GATEWAY }, tree, { restart: true })).toBe('graceful');
      expect(verbs).toEqual(['status']);
    });
  });

  it('ends the wait for a gateway when its time becomes shorter', async () => {
    const tree = new FakeTree();
    let graceMs = 60_000;
    const stopping = stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => graceMs });
    graceMs = 0;
    expect(await stopping).toBe('killed');
  });

  it('stops a gateway even when its home is gone', async () => {
    const tree = new FakeTree();
    tree.signal = () => {
      tree.gateway = false;
    };
    await stopGateway({ home: path.join(home, 'gone'), gateway: GATEWAY }, tree);
    expect(tree.kills).toBe(0);
  });

  it('tries again when a process survives, then reports the failure', async () => {
    const tree = new FakeTree();
    tree.immortal = true;
    const stopping = stopGateway({ home, gateway: GATEWAY }, tree, { gracefulMs: () => 10, killMs: 1_200 });
    await expect(stopping).rejects.toMatchObject({ code: 'timed-out' });
    expect(tree.kills).toBeGreaterThan(1);
  });
});
