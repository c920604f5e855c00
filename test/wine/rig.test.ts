// The rig itself: what every other Wine test stands on.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WineRig } from './rig.ts';
import { describeOnWine } from './suite.ts';

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
