// What a gateway inherits of the environment in which it is started: never what another profile's `.env` set, always what the user has set.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what a .env contains
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, gatewayEnvironment, outsideGateway } from '../../src/gateway/environment.ts';
import { profileIdentity } from '../../src/gateway/home.ts';
import { profileVariables } from '../../src/gateway/profile-variables.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'profile-variables-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function write(profile: string, text: string | Buffer, file = '.env'): void {
  const home = profile === 'default' ? root : path.join(root, 'profiles', profile);
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, file), text);
}

/** What the gateway of "work" gets of an environment. */
function inherited(env: Environment): Record<string, string> {
  const withheld = profileVariables(env, { platform: 'linux', homedir: root });
  return gatewayEnvironment(env, profileIdentity({ root, standard: false }, 'work'), { withheld, platform: 'linux' });
}

/** The marks of a process below the gateway of the default profile. */
const below = () => ({ HERMES_HOME: root, HERMES_SUPERVISED_CHILD: '1', PATH: '/usr/bin' });

describe('environment of a process below a gateway', () => {
  it('gives a gateway nothing that the .env of another profile set, whatever the value is now', () => {
    write('default', 'TELEGRAM_BOT_TOKEN=111\nexport KEY="-----BEGIN\nNAME=x\n-----END"\nDERIVED=${TELEGRAM_BOT_TOKEN:-none}\nEMPTY=\n');
    write('default', 'OP_SERVICE_ACCOUNT_TOKEN=op', '.op.env');
    write('work', 'TELEGRAM_BOT_TOKEN=222\n');
    write('play', 'DISCORD_BOT_TOKEN=play\n');
    const env = {
      ...below(),
      TELEGRAM_BOT_TOKEN: 'replaced by a secret manager',
      KEY: '-----BEGIN\nNAME=x\n-----END',
      DERIVED: '111',
      EMPTY: '',
      OP_SERVICE_ACCOUNT_TOKEN: 'op',
      DISCORD_BOT_TOKEN: 'play',
      AUXILIARY_VISION_API_KEY: 'from config.yaml',
      TERMINAL_CWD: '/of/the/default',
      NAME: 'of the user',
    };
    expect(Object.keys(inherited(env)).filter(name => !/^(HERMES|PYTHON)/.test(name))).toEqual(['PATH', 'NAME']);
    expect(outsideGateway(env, profileVariables(env, { platform: 'linux' }))).toEqual({
      HERMES_HOME: root,
      PATH: '/usr/bin',
      NAME: 'of the user',
    });
  });

  it.each(['_HERMES_GATEWAY', 'HERMES_GATEWAY_DETACHED', 'HERMES_AGENT'])('is recognised by %s', mark => {
    write('default', 'SLACK_BOT_TOKEN=1');
    expect(inherited({ HERMES_HOME: root, [mark]: '1', SLACK_BOT_TOKEN: '1' })).not.toHaveProperty('SLACK_BOT_TOKEN');
  });

  it('is that of the Hermes that HERMES_HOME names, also when the gateway is one of another Hermes', () => {
    const other = path.join(root, 'other');
    fs.mkdirSync(path.join(other, 'profiles', 'x'), { recursive: true });
    fs.writeFileSync(path.join(other, '.env'), 'SLACK_BOT_TOKEN=1');
    const env = { ...below(), HERMES_HOME: path.join(other, 'profiles', 'x'), SLACK_BOT_TOKEN: '1' };
    expect(inherited(env)).not.toHaveProperty('SLACK_BOT_TOKEN');
  });

  it('keeps what every program needs, although the .env of another profile adds to it', () => {
    write('default', 'PATH=/opt/bin:${PATH}\nHTTPS_PROXY=http://proxy:8080\nTMPDIR=/var/tmp\n');
    const env = { ...below(), PATH: '/opt/bin:/usr/bin', HTTPS_PROXY: 'http://proxy:8080', TMPDIR: '/var/tmp' };
    expect(inherited(env)).toMatchObject({ PATH: '/opt/bin:/usr/bin', HTTPS_PROXY: 'http://proxy:8080', TMPDIR: '/var/tmp' });
  });

  it('reads a .env in another encoding, and ignores the case of names, as Windows does', () => {
    write('default', Buffer.from('NAME=M\u00fcller\nslack_bot_token=1', 'latin1'));
    write('work', '\uFEFFWORK_TOKEN=1');
    const env = { ...below(), Slack_Bot_Token: '1', WORK_TOKEN: '1' };
    for (const name of ['Slack_Bot_Token', 'WORK_TOKEN']) expect(inherited(env)).not.toHaveProperty(name);
  });
});

describe('environment of the user', () => {
  it('is inherited, also where the .env of another profile sets the same name to the same value', () => {
    write('default', 'HTTPS_PROXY=http://proxy:8080\nLOG_LEVEL=info\n');
    const env = { HERMES_HOME: root, HTTPS_PROXY: 'http://proxy:8080', LOG_LEVEL: 'info', PYTHONUNBUFFERED: '0' };
    expect(inherited(env)).toMatchObject({ HTTPS_PROXY: 'http://proxy:8080', LOG_LEVEL: 'info', PYTHONUNBUFFERED: '0' });
  });
});
