// Whether a Hermes knows an option: asked once a day, and a program that gives no answer is asked again.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasExternalSupervisorOption } from '../../src/runner/gateway-help.ts';
import { StateFolder } from '../../src/state/state-folder.ts';

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-help-'));
  // Prints the file "answer" as its help, fails where there is none, and counts.
  const script = `#!/bin/sh\necho asked >>'${home}/asked'\nexec cat '${home}/answer'\n`;
  fs.writeFileSync(path.join(home, 'hermes'), script, { mode: 0o755 });
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

const hermesAnswers = (text: string) => fs.writeFileSync(path.join(home, 'answer'), text);
const hermesFails = () => fs.rmSync(path.join(home, 'answer'), { force: true });
const timesAsked = () => fs.readFileSync(path.join(home, 'asked'), 'utf8').split('\n').length - 1;
const kept = () => path.join(home, 'gateway-help.json');

function has(): Promise<boolean> {
  const command = { argv: [path.join(home, 'hermes'), 'gateway', 'run'], cwd: home, source: 'override' } as const;
  return hasExternalSupervisorOption(command, new StateFolder(home), home);
}

function becomeOld(): void {
  const answer = JSON.parse(fs.readFileSync(kept(), 'utf8')) as { at: number };
  fs.writeFileSync(kept(), JSON.stringify({ ...answer, at: answer.at - 2 * 24 * 60 * 60 * 1000 }));
}

describe.skipIf(process.platform === 'win32')('answer of a Hermes about an option', () => {
  it.each([
    ['usage: hermes gateway run [--external-supervisor]', true],
    ['usage: hermes gateway run', false],
  ])('is kept for a day: %s', async (help, expected) => {
    hermesAnswers(help);
    expect([await has(), await has()]).toEqual([expected, expected]);
    expect(timesAsked()).toBe(1);
    becomeOld();
    expect(await has()).toBe(expected);
    expect(timesAsked()).toBe(2);
  });

  it('is asked for again at the next start, where there was none', async () => {
    expect(await has()).toBe(false);
    expect(fs.existsSync(kept())).toBe(false);
    hermesAnswers('usage: hermes gateway run [--external-supervisor]');
    expect(await has()).toBe(true);
    expect(timesAsked()).toBe(2);
  });

  it('counts on after a day, where the program gives no new one', async () => {
    hermesAnswers('usage: hermes gateway run [--external-supervisor]');
    await has();
    becomeOld();
    hermesFails();
    expect(await has()).toBe(true);
    expect(timesAsked()).toBe(2);
  });
});
