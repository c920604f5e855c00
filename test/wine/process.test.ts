// Births, jobs and facts of processes, seen from both sides: by the process that gives birth and by the one that is born.
import { expect, it } from 'vitest';
import { describeOnWine } from './suite.ts';

interface Seen {
  readonly pid: number;
  readonly startTime: number;
  readonly startTimeFromOutside: number;
  readonly argumentsFromOutside?: readonly string[];
  readonly inJobAtBirth: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly after: { readonly alive: boolean; readonly startTime: number | null; readonly inJob: number };
  readonly self: number;
}

describeOnWine('a process that was born here, through Wine', rig => {
  let birth: Promise<Seen> | undefined;
  /** One birth, looked at from every side. */
  const seenBirth = () => {
    birth ??= rig().ask<Seen>('birth', 'self');
    return birth;
  };

  it('starts a process exactly as specified, and inherits nothing else', async () => {
    const seen = await seenBirth();
    const child = JSON.parse(seen.stdout) as Record<string, unknown>;
    // ERROR_INVALID_HANDLE: an inheritable event that is not on the handle list means nothing in the child.
    expect(child).toMatchObject({ signalled: false, signalError: 6 });
    expect(child).toMatchObject({ heard: 'one line\n', cwd: 'C:\\windows', colour: 'grün', args: ['with space', 'and "quotes"\\'] });
    expect(child).toMatchObject({ pid: seen.pid, parent: seen.self });
    expect(seen.argumentsFromOutside).toEqual(child['args']);
    expect(seen.stderr).toBe('said on stderr\n');
  });

  it('inherits the handles on its list, so that the list excludes all others', async () => {
    expect(await rig().ask('birth', 'listed')).toMatchObject({ signalled: true });
  });

  it('puts a process into its job before it runs', async () => {
    // Counted when the birth has returned; Wine's console host may be in the job too.
    expect((await seenBirth()).inJobAtBirth).toBeGreaterThanOrEqual(1);
  });

  it('puts a process whose creation in a job is refused into the job before it runs', async () => {
    const seen = await rig().ask<{ inJobAtBirth: boolean; pid: number; child: { pid: number }; exitCode: number }>('birth', 'late');
    expect(seen).toMatchObject({ inJobAtBirth: true, child: { pid: seen.pid }, exitCode: 300 });
  });

  it('has one start time for every reader, in hundredths of a second', async () => {
    const seen = await seenBirth();
    const child = JSON.parse(seen.stdout) as { startTime: number };
    expect(new Set([seen.startTime, seen.startTimeFromOutside, child.startTime]).size).toBe(1);
    expect(Math.abs(seen.startTime / 100 - Date.now() / 1000)).toBeLessThan(120);
  });

  it('returns the complete exit code of a process, which is gone afterwards', async () => {
    const seen = await seenBirth();
    expect(seen.exitCode).toBe(300);
    expect(seen.after).toEqual({ alive: false, startTime: null, inJob: 0 });
  });

  it('starts a process with the token of the user of a session', async () => {
    const seen = await rig().ask<{ session: unknown; inJobAtBirth: number; exitCode: number }>('birth', 'asUser');
    expect(seen).toMatchObject({ session: { state: 'active', user: expect.stringMatching(/^S-1-5-21-/) }, exitCode: 300 });
    expect(seen.inJobAtBirth).toBeGreaterThanOrEqual(1);
  });

  it('gives a program that runs on by itself a console, so that its children make no visible one', async () => {
    // Of a shell that is detached, the child has a console of its own.
    expect(await rig().ask('birth', 'consoles')).toEqual({ independent: 2, detached: 1 });
  });

  it('reports a debugger that is attached to a process, for as long as it is attached', async () => {
    expect(await rig().ask('birth', 'debugged')).toEqual({ before: false, attached: true, after: false });
  });

  it('ends a process and its children with their job', async () => {
    const seen = await rig().ask<{ before: number; exitCode: number; after: number }>('birth', 'terminate');
    expect(seen.before).toBeGreaterThanOrEqual(2);
    expect(seen).toMatchObject({ exitCode: 77, after: 0 });
  });

  it('lets the parent exit, and ends the process with it, because the job closes', async () => {
    const { code, stdout } = await rig().run([rig().node, rig().probe('birth'), 'leave']);
    const { pid } = JSON.parse(stdout) as { pid: number };
    expect(code).toBe(9);
    expect(await rig().ask('call', 'process-info', 'isAlive', JSON.stringify([pid]))).toEqual({ value: false });
  });
});
