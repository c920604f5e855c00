// What doctor looks at, what it says, and what it dares to mend.
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/cli/doctor.ts';
import { EXIT } from '../../src/service/errors.ts';
import { MemoryCli } from '../support/memory-cli.ts';

let cli: MemoryCli;
let folder: string;
beforeEach(() => {
  cli = new MemoryCli();
  folder = cli.composition.state(cli.composition.identity({})).path;
  const launcher = path.join(cli.home, 'hermes-agent', '.hermes', 'bin', 'hermes');
  fs.mkdirSync(path.dirname(launcher), { recursive: true });
  fs.writeFileSync(launcher, '', { mode: 0o755 });
});
afterEach(() => cli.dispose());

const examine = async (...argv: string[]) => {
  const { exit, out } = await cli.run(['doctor', '--json', ...argv]);
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const of = (check: Finding['check']) => findings.find(found => found.check === check);
  return { exit, findings, of };
};
const write = (name: string, text: string) => {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};

describe('doctor', () => {
  it('finds nothing wrong where nothing is, and changes nothing', async () => {
    const { exit, findings } = await examine();
    expect(exit).toBe(EXIT.done);
    expect(findings.map(({ check }) => check)).toEqual([
      'system',
      'home',
      'gateway-command',
      'state-folder',
      'definition',
      'state-files',
      'leftovers',
      'gateway',
    ]);
    expect(fs.existsSync(folder)).toBe(false);
    expect((await cli.run(['doctor'])).out).toContain('Nothing is wrong.');
  });

  it('says what is wrong with the home and the gateway program', async () => {
    fs.rmSync(cli.home, { recursive: true });
    const { exit, of } = await examine();
    expect(exit).toBe(EXIT.failed);
    for (const check of ['home', 'gateway-command'] as const) {
      expect(of(check)).toMatchObject({ outcome: 'problem', remedy: expect.stringMatching(/\w/) });
    }
    expect((await cli.run(['doctor'])).out).toContain(of('home')?.remedy);
  });

  it('says when the state folder cannot be written', async () => {
    fs.writeFileSync(path.join(cli.folder, 'state'), 'a file where a folder should be');
    expect((await examine()).of('state-folder')).toMatchObject({ outcome: 'problem', message: expect.stringContaining('not a folder') });
  });

  it('does not touch a definition of a newer version', async () => {
    const file = write('definition.json', '{"schema":2}');
    const { exit, of } = await examine('--fix');
    expect(exit).toBe(EXIT.failed);
    expect(of('definition')).toMatchObject({ outcome: 'problem', remedy: expect.stringContaining('Update') });
    expect(fs.readFileSync(file, 'utf8')).toBe('{"schema":2}');
  });

  it('puts a damaged state file aside only when asked to', async () => {
    const file = write('host.json', '{');
    expect((await examine()).of('state-files')).toMatchObject({ outcome: 'problem', message: expect.stringContaining(file) });
    expect(fs.existsSync(file)).toBe(true);
    const { exit, of } = await examine('--fix');
    expect(exit).toBe(EXIT.done);
    expect(of('state-files')).toMatchObject({ outcome: 'fixed' });
    expect(fs.readFileSync(`${file}.damaged`, 'utf8')).toBe('{');
  });

  it('removes what interrupted writes left, but not one that is still at work', async () => {
    const old = write('.history.jsonl.1.abcd.tmp', 'x');
    const young = write('.definition.json.2.abcd.tmp', 'x');
    fs.utimesSync(old, new Date(0), new Date(0));
    expect((await examine()).of('leftovers')).toMatchObject({ outcome: 'problem', message: expect.stringContaining(old) });
    expect((await examine('--fix')).of('leftovers')).toMatchObject({ outcome: 'fixed' });
    expect([fs.existsSync(old), fs.existsSync(young)]).toEqual([false, true]);
  });

  it('starts a gateway that should run and that nothing brings back, when asked to', async () => {
    await cli.run(['install']);
    const running = await cli.manager.status(cli.composition.identity({}));
    const { status } = cli.manager;
    cli.manager.status = async () => ({ ...running, phase: 'failed' });
    cli.manager.start = identity => {
      cli.manager.status = status;
      return cli.manager.status(identity);
    };
    expect((await examine()).of('gateway')).toMatchObject({ outcome: 'problem', remedy: expect.stringContaining('start') });
    expect((await examine('--fix')).of('gateway')).toMatchObject({ outcome: 'fixed' });
    expect((await examine()).of('gateway')).toMatchObject({ outcome: 'ok' });
  });

  it('shows the problems of the status with their remedies', async () => {
    await cli.run(['install']);
    const running = await cli.manager.status(cli.composition.identity({}));
    const problem = { code: 'gateway-silent', message: 'It does not answer.', remedy: 'Restart the gateway.', elevated: false } as const;
    cli.manager.status = async () => ({ ...running, problems: [problem] });
    const { exit, findings } = await examine();
    expect(exit).toBe(EXIT.failed);
    expect(findings.at(-1)).toEqual({ check: 'gateway', outcome: 'problem', message: problem.message, remedy: problem.remedy });
  });
});
