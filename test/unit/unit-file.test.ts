// What a systemd unit and a launchd agent start, as Hermes writes them and as people change them.
import { describe, expect, it } from 'vitest';
import { parseLaunchAgent, parseSystemdUnit } from '../../src/manager/unit-file.ts';

const unit = (service: string) =>
  `[Unit]\nDescription=Hermes Agent Gateway\n\n[Service]\nType=simple\n${service}\n\n[Install]\nWantedBy=default.target\n`;
const agent = (argv: readonly string[], environment = '') => `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>Label</key><string>ai.hermes.gateway</string>
  <key>ProgramArguments</key>
  <array>${argv.map(each => `\n    <string>${each}</string>`).join('')}
  </array>
  <key>EnvironmentVariables</key>
  <dict><key>PATH</key><string>/usr/bin</string>${environment}</dict>
</dict></plist>`;

describe('systemd unit', () => {
  it('names the home of the gateway that it runs, and its profile', () => {
    const text = unit(
      'ExecStart=/srv/venv/bin/python -m hermes_cli.main --profile work gateway run\nEnvironment="PATH=/usr/bin"\nEnvironment="HERMES_HOME=/srv/my hermes/profiles/work"',
    );
    expect(parseSystemdUnit(text, '/home/me')).toEqual({ home: '/srv/my hermes/profiles/work', profile: 'work' });
  });

  it('reads a systemd unit without a home, and with the old flag', () => {
    expect(parseSystemdUnit(unit('ExecStart=/usr/bin/python3 -m hermes_cli.main gateway run --replace'), '/home/me')).toEqual({});
  });

  it('reads a systemd unit written by hand: quotes, specifiers, several variables in a line, a line that continues in the next one', () => {
    const text = unit(`ExecStart="/opt/her mes/hermes" \\\n  -p play gateway run\nEnvironment=A=1 HERMES_HOME=%h/.hermes 'B=2 3'`);
    expect(parseSystemdUnit(text, '/home/me')).toEqual({ home: '/home/me/.hermes', profile: 'play' });
  });

  it.each([
    ['another program', unit('ExecStart=/usr/bin/hermes dashboard\nEnvironment=HERMES_HOME=/h')],
    ['a comment', unit('# ExecStart=/usr/bin/hermes gateway run')],
    ['a command of another section', '[Unit]\nExecStart=/usr/bin/hermes gateway run\n'],
    ['nothing', ''],
  ])('ignores a systemd unit with %s', (_, text) => {
    expect(parseSystemdUnit(text, '/home/me')).toBeUndefined();
  });
});

describe('launchd agent', () => {
  it('names the home of the gateway that it runs', () => {
    const text = agent(
      ['/opt/venv/bin/python', '-m', 'hermes_cli.main', 'gateway', 'run'],
      '<key>HERMES_HOME</key><string>/Users/me/R&amp;D/.hermes</string>',
    );
    expect(parseLaunchAgent(text)).toEqual({ home: '/Users/me/R&D/.hermes' });
  });

  it('ignores a launchd agent with another program or in another format', () => {
    expect(parseLaunchAgent(agent(['/opt/hermes', 'dashboard']))).toBeUndefined();
    expect(parseLaunchAgent('bplist00 gateway run')).toBeUndefined();
  });
});
