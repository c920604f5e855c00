// The parts of test/windows that drive Windows, below Wine: a watch for windows that sees one, and a program that runs without the rights
// of an administrator. That DACLs refuse such a program is proved on Windows only.
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { refusals } from '../windows/checks.ts';
import type { ShownWindow } from '../windows/shown-windows.ts';
import { describeOnWine, until } from './suite.ts';

const SAMPLE = readFileSync(new URL('../../examples/sample-gateway/gateway.mjs', import.meta.url), 'utf8');

describeOnWine(
  'the parts of the suite for Windows',
  rig => {
    const probe = (name: string) => rig().app(`test/windows/probes/${name}.js`);

    // Wine 8 raises no event when a window is shown; the one of its creation comes the same way.
    it('finds a window with its process and the processes that started it', async () => {
      const [file, stop] = ['C:\\shown.jsonl', 'C:\\stop'];
      const lines = () => rig().read(file).split('\n').filter(Boolean);
      const watching = rig().run([rig().node, probe('shown-windows'), file, stop, 'created']);
      await until('the watch to be up', () => existsSync(rig().onLinux(file)));
      await rig().run([rig().node, probe('show-window'), 'Grüße']);
      rig().write(stop, '');
      expect(await watching).toMatchObject({ code: 0 });
      const shown = lines().map(line => JSON.parse(line) as ShownWindow);
      const lineage = expect.arrayContaining([expect.objectContaining({ line: expect.stringContaining('show-window') })]);
      expect(shown).toContainEqual(expect.objectContaining({ className: 'Static', title: 'Grüße', lineage }));
    });

    it('runs a program without administrator rights, and reports how it ended', async () => {
      const out = 'C:\\limited.json';
      const asked = await rig().run([
        rig().node,
        probe('limited'),
        out,
        rig().node,
        '-e',
        'console.log(process.argv[1]); process.exit(7)',
        'a b',
      ]);
      expect(asked, asked.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(rig().read(out))).toEqual({ code: 7, stdout: 'a b\n', stderr: '' });
      await rig().run([rig().node, probe('limited'), out, 'cmd.exe', '/d', '/c', 'exit 3']);
      expect(JSON.parse(rig().read(out))).toMatchObject({ code: 3 });
    });

    it('installs, kills, restarts, stops and uninstalls with the programs that users have, and leaves no files', async () => {
      const out = 'C:\\stage.json';
      // Where the checkout is on a real Windows.
      rig().write(rig().app('examples/sample-gateway/gateway.mjs'), SAMPLE);
      const asked = await rig().run([rig().node, probe('stage'), out], {
        env: { HERMES_GATEWAY_PROGRAM: rig().program[0] ?? '' },
        timeoutMs: 100_000,
      });
      expect(asked, asked.stderr).toMatchObject({ code: 0 });
      const seen = JSON.parse(rig().read(out));
      expect(refusals(seen.checks)).toEqual([]);
      expect(seen.table).toContain('| Rights | an administrator');
      expect(seen.installed).toMatchObject({ mechanism: 'service', phase: 'running' });
      expect(seen.gateways).toEqual([seen.installed.gatewayPid]);
      expect(seen.key).toMatchObject({ Start: 2, ObjectName: 'LocalSystem', FailureActions: expect.arrayContaining([60]) });
      expect(seen.killed).toMatchObject({ code: 0 });
      expect(seen.again.servicePid).not.toBe(seen.installed.servicePid);
      expect(seen.history).toEqual(['started', 'ended', 'started']);
      expect(seen.limited).toMatchObject({ code: 0, stdout: expect.stringContaining('"phase":"stopped"') });
      expect(seen.stopped).toMatchObject({ phase: 'stopped', desired: 'stopped' });
      expect(seen.during).toContain(`service ${seen.installed.service}`);
      expect(seen.after).toEqual([]);
    });

    it('finds what an aborted run has left, and removes it by its recorded names', async () => {
      const out = 'C:\\aborted.json';
      const env = { HERMES_GATEWAY_PROGRAM: rig().program[0] ?? '' };
      expect(await rig().run([rig().node, probe('stage'), out, 'abort'], { env, timeoutMs: 60_000 })).toMatchObject({ code: 1 });
      const { during } = JSON.parse(rig().read(out));
      expect(during).toContainEqual(expect.stringMatching(/^service HermesGateway/));
      const asked = await rig().run([rig().node, probe('clean-up'), out], { timeoutMs: 60_000 });
      expect(asked, asked.stderr).toMatchObject({ code: 0 });
      const { found, left, after } = JSON.parse(rig().read(out));
      expect(found).toMatchObject({ foreign: [] });
      expect(found).not.toHaveProperty('otherRun');
      expect(found.leftovers).toContainEqual(expect.stringMatching(/^service HermesGateway/));
      expect(left).toEqual([]);
      expect(after).toEqual([]);
    });
  },
  { built: true },
);
