// A gateway's environment and the `.env` files of the other profiles: what those set must never reach it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDotenv, variablesOfOthers } from '../../src/gateway/dotenv.ts';
import { gatewayEnvironment } from '../../src/gateway/environment.ts';
import { gatewayIdentity, profileIdentity } from '../../src/gateway/home.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-dotenv-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const write = (profile: string, text: string) => {
  const home = profile === 'default' ? root : path.join(root, 'profiles', profile);
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, '.env'), text);
};

describe('.env file', () => {
  it('parses a .env file as python-dotenv parses it', () => {
    const text = `# a comment\nA=1\nexport B = two \nC="with # and space" # why\nD='single'\nE=bare # why\nF=\n=g\nnot an assignment\r\nH=crlf\r\n`;
    expect(parseDotenv(text)).toEqual({ A: '1', B: 'two', C: 'with # and space', D: 'single', E: 'bare', H: 'crlf' });
  });
});

describe('environment without other profiles', () => {
  it('drops the variables that came from the default profile whose gateway ran the command', () => {
    write('default', 'TELEGRAM_BOT_TOKEN=111:default\nOPENAI_API_KEY="sk-default"\n');
    write('work', 'TELEGRAM_BOT_TOKEN=222:work\n');
    write('play', 'DISCORD_BOT_TOKEN=play\n');
    const work = profileIdentity({ root, standard: false }, 'work');
    const inherited = {
      PATH: '/usr/bin',
      TELEGRAM_BOT_TOKEN: '111:default',
      OPENAI_API_KEY: 'sk-default',
      DISCORD_BOT_TOKEN: 'play',
      HERMES_PROFILE: 'default',
    };
    const env = gatewayEnvironment(inherited, work, { others: variablesOfOthers(work), platform: 'linux' });
    expect(env).toMatchObject({ PATH: '/usr/bin', HERMES_HOME: work.home });
    for (const name of ['TELEGRAM_BOT_TOKEN', 'OPENAI_API_KEY', 'DISCORD_BOT_TOKEN', 'HERMES_PROFILE'])
      expect(env).not.toHaveProperty(name);
  });

  it('keeps what the user set for all profiles, even when another profile sets the same name to a different value', () => {
    write('default', 'LOG_LEVEL=debug\n');
    write('work', '');
    const work = profileIdentity({ root, standard: false }, 'work');
    const options = { others: variablesOfOthers(work), platform: 'linux' } as const;
    expect(gatewayEnvironment({ LOG_LEVEL: 'info', LANG: 'C' }, work, options)).toMatchObject({ LOG_LEVEL: 'info', LANG: 'C' });
  });

  it('drops the same variables for the default profile, and checks no profile when there are no others', () => {
    const own = gatewayIdentity({ root, standard: false });
    expect(variablesOfOthers(own)).toEqual([]);
    write('work', 'SLACK_BOT_TOKEN=work\n');
    const env = gatewayEnvironment({ SLACK_BOT_TOKEN: 'work' }, own, { others: variablesOfOthers(own), platform: 'linux' });
    expect(env).not.toHaveProperty('SLACK_BOT_TOKEN');
  });
});
