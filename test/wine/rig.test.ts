// The rig itself: what every other Wine test stands on.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { attempt } from '../../src/model/attempt.ts';
import { poll } from '../../src/model/poll.ts';
import { WineRig } from './rig.ts';
import { describeOnWine } from './suite.ts';

/** Where the heaps of a prefix's Windows processes lie: those that have Wine's ntdll. */
function heapsOf(prefix: string): readonly { readonly from: number; readonly to: number }[] {
  return processesOf(prefix).flatMap(({ pid }) => {
    const maps = attempt(() => readFileSync(`/proc/${pid}/maps`, 'latin1')) ?? '';
    const [, from, to] = /^(\w+)-(\w+) .*\[heap\]$/m.exec(maps) ?? [];
    return maps.includes('ntdll.so') && from && to ? [{ from: Number(`0x${from}`), to: Number(`0x${to}`) }] : [];
  });
}

describeOnWine('the Wine rig', rig => {
  it('runs Node for Windows and returns its output and exit code', async () => {
    const script = "console.log(process.platform); console.error('e'); process.exit(7)";
    const { code, stdout, stderr } = await rig().run([rig().node, '-e', script]);
    expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: 'win32\n', stderr: 'e\n' });
  });

  it('passes environment variables to the program', async () => {
    const { stdout } = await rig().run([rig().node, '-p', 'process.env.HERMES_HOME'], { env: { HERMES_HOME: 'C:\\home' } });
    expect(stdout).toBe('C:\\home\n');
  });

  it('ends a program at its timeout and reports a failure', async () => {
    const endless = [rig().node, '-e', 'setInterval(() => {}, 1e9)'];
    await expect(rig().run(endless, { timeoutMs: 1500 })).rejects.toThrow('no end within 1500 ms');
  });

  it('starts every process with its heap away from the page at 0x7ffe0000, which each needs', async ({ skip }) => {
    if (spawnSync('setarch', ['-R', 'true']).status !== 0) skip('this system permits no fixed addresses');
    rig().launch([rig().node, '-e', "require('node:child_process').spawnSync('ping', ['-n', '2', '127.0.0.1'])"]);
    const heaps = await poll(() => [heapsOf(rig().prefix)].find(({ length }) => length > 3), { what: 'the programs', deadlineMs: 10_000 });
    expect(new Set(heaps.map(({ from }) => from)).size).toBe(1);
    for (const { from, to } of heaps) expect(from > 0x7ffe_0000 || to < 0x7ffe_0000).toBe(true);
  });

  it('leaves no process and no folder', async () => {
    const other = await WineRig.start();
    expect((await other.run([other.node, '-e', ''])).code).toBe(0);
    await other.dispose();
    expect(existsSync(other.prefix)).toBe(false);
    const prefixes = 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep ^WINEPREFIX= || true';
    const environments = execFileSync('sh', ['-c', prefixes], { encoding: 'utf8' });
    expect(environments).not.toContain(other.prefix);
    expect(environments).toContain(rig().prefix);
  });
});
