// The host as users of Windows get it (`npm run build:host`): two executables, run below Wine by every verb that they have, as the service, as
// the sign-in start, as the elevated step and in a console. Node itself is not there to help: nothing but the executables' own folder is.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { buildHost } from '../../scripts/build-host.mjs';
import { EXIT } from '../../src/service/errors.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine, until } from './suite.ts';

const HOST = 'C:\\app\\host\\hermes-gateway-host.exe';

describeServiceOnWine(
  'the built host',
  service => {
    const log = (name: string) => {
      const folder = path.dirname(path.dirname(service.manager.logPath(service.of)));
      return readFileSync(path.join(folder, 'logs', name), 'utf8');
    };

    it('is the same, byte for byte, whenever and wherever it is built, and is what its manifest says', async () => {
      const folders = ['one', 'another place'].map(name => mkdtempSync(path.join(os.tmpdir(), `${name} `)));
      try {
        for (const folder of folders) await buildHost(folder);
        const sums = folders.map(folder =>
          Object.fromEntries(
            readdirSync(folder).map(name => [
              name,
              createHash('sha256')
                .update(readFileSync(path.join(folder, name)))
                .digest('hex'),
            ]),
          ),
        );
        expect(sums[0]).toEqual(sums[1]);
        const { 'manifest.json': _, ...files } = sums[0] ?? {};
        const manifest = JSON.parse(readFileSync(path.join(folders[0] ?? '', 'manifest.json'), 'utf8'));
        expect(manifest).toMatchObject({ protocol: 1, files });
        expect(Object.keys(files).sort()).toEqual(['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node']);
      } finally {
        for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      }
    });

    it('keeps a gateway as the service, and is back after a kill', async () => {
      const before = await service.install();
      expect(before).toMatchObject({ mechanism: 'service', phase: 'running', problems: [] });
      expect((await call(service.rig, 'scm', 'queryConfig', service.of.serviceName))?.binaryPath).toContain(
        '\\hermes-gateway-host.exe" service',
      );
      await service.manager.kill(before.gatewayPid ?? 0);
      expect((await service.another(before)).restarts.count).toBe(1);
      expect(await service.manager.stop(service.of)).toMatchObject({ phase: 'stopped' });
    });

    it('keeps a gateway from the Startup folder, and hears the end of the session', async () => {
      const before = await service.install({ mechanism: 'startup' });
      expect(before).toMatchObject({ mechanism: 'startup', phase: 'running', problems: [] });
      await service.manager.kill(before.gatewayPid ?? 0);
      expect((await service.another(before)).mechanism).toBe('startup');
      // The thread of the hidden window comes out of the executable.
      expect(log('host.log')).not.toContain('will not be heard');
    });

    it('is the elevated step, which answers with one line though it has no console', async () => {
      const step = (...args: string[]) => service.rig.run([HOST, 'elevated', ...args]);
      expect(await step('install', '--service', 'HermesGateway-step')).toMatchObject({ code: 0, stdout: '{"ok":true}\n', stderr: '' });
      expect(await step('uninstall', '--service', 'HermesGateway-step')).toMatchObject({ code: 0, stdout: '{"ok":true}\n' });
      expect(await step('uninstall', '--service', 'Spooler')).toMatchObject({ code: EXIT.failed });
    });

    it('is every verb in a console', async () => {
      await service.fresh();
      const run = async (...argv: string[]) => {
        const { code, stdout, stderr } = await service.rig.run([...service.rig.program, '--json', '--home', service.of.home, ...argv]);
        return { code, said: JSON.parse(stdout.split('\n')[0] ?? ''), stderr };
      };
      const running = { code: EXIT.done, said: { ok: true, status: { phase: 'running', problems: [] } } };
      expect(await run('status')).toMatchObject({ code: EXIT.notInstalled });
      expect(await run('install', '--gateway-command', JSON.stringify(sampleGatewayIn(service.rig)))).toMatchObject(running);
      expect(await run('restart')).toMatchObject(running);
      expect(await run('update', '--', service.rig.node, '-e', '0')).toMatchObject({ code: EXIT.done });
      expect(await run('stop')).toMatchObject({ said: { status: { phase: 'stopped' } } });
      expect(await run('status')).toMatchObject({ code: EXIT.notRunning });
      expect(await run('start')).toMatchObject(running);
      expect(await run('doctor')).toMatchObject({ said: { healthy: true } });
      expect(await run('logs', '-n', '1')).toMatchObject({ code: EXIT.done, said: { line: expect.any(String) } });
      expect(await run('explain', 'needs-administrator')).toMatchObject({ code: EXIT.done });
      expect(await run('uninstall')).toMatchObject({ code: EXIT.done, said: { status: { phase: 'not-installed' } } });
      // In the foreground, until somebody stops it.
      await service.install({ mechanism: 'startup' });
      await service.manager.stop(service.of);
      const supervised = service.rig.launch([...service.rig.program, 'supervise', '--home', service.of.home]);
      await service.phase('running');
      await service.manager.stop(service.of);
      await supervised.ended;
      await until('the phase stopped', async () => (await service.status()).phase === 'stopped');
    });
  },
  { built: true },
);
