// Elevation with the real sudo-prompt, its real batch files, the real elevated step and the rebuilt SCM. Only powershell.exe is stood in
// for: Wine has none, and nobody who could be asked. That Windows asks, and whom, is proved on Windows only.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { type ElevationOutcome, NOT_REQUESTED_EXIT } from '../../src/model/elevation.ts';
import { itProves } from '../acceptance/it-proves.ts';
import { call } from './call.ts';
import { type Consent, consent, promptFolders, standInForPowerShell } from './consent.ts';
import type { ElevationRequest } from './probes/elevation.ts';
import type { SwitchReply, SwitchRequest } from './probes/switch.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { startsLimited, type WineRig } from './rig.ts';
import { describeOnWine, until } from './suite.ts';

const SERVICE = 'HermesGateway-work';
/** No test waits for these unless it says so; sudo-prompt itself looks once a second. */
const TIMES = { deadlineMs: 40_000, graceMs: 5_000 };

describeOnWine('elevation', rig => {
  const elevate = (request: Partial<ElevationRequest> = {}): Promise<{ outcome: ElevationOutcome }> =>
    rig().ask('elevation', JSON.stringify({ way: 'sudo-prompt', verb: 'install', service: SERVICE, times: TIMES, ...request }));
  const asked = (answer: Consent, request?: Partial<ElevationRequest>) => {
    consent(rig(), answer);
    return elevate(request);
  };
  const registered = () => call(rig(), 'scm', 'queryConfig', SERVICE);
  const leftFolders = (of: WineRig) =>
    readdirSync(path.join(of.prefix, 'drive_c', 'ProgramData')).filter(name => name.startsWith('HermesGateway'));

  beforeAll(() => standInForPowerShell(rig()));
  afterEach(async () => {
    await until('no elevated step', async () => !(await call(rig(), 'mutex', 'mutexExists', 'Global\\HermesGatewayElevated')));
    if (await registered()) await elevate({ way: 'direct', verb: 'uninstall' });
  });

  it('registers the service after consent, and removes it after another one, with one prompt each', async () => {
    const before = promptFolders(rig()).length;
    expect((await asked('accept')).outcome).toEqual({ kind: 'done' });
    expect((await registered())?.binaryPath).toMatch(/hermes-gateway\.cjs service --service HermesGateway-work$/);
    expect((await asked('accept', { verb: 'uninstall' })).outcome).toEqual({ kind: 'done' });
    expect(await registered()).toBeUndefined();
    expect(promptFolders(rig()).length - before).toBe(2);
  });

  it('registers one service and removes another with one prompt', async () => {
    const first = promptFolders(rig()).length;
    expect((await asked('accept')).outcome).toEqual({ kind: 'done' });
    expect((await asked('accept', { service: 'HermesGateway', removes: SERVICE })).outcome).toEqual({ kind: 'done' });
    expect(await registered()).toBeUndefined();
    expect(await call(rig(), 'scm', 'queryConfig', 'HermesGateway')).toMatchObject({ startType: 'automatic' });
    expect(promptFolders(rig()).length - first).toBe(2);
    await elevate({ way: 'direct', verb: 'uninstall', service: 'HermesGateway' });
  });

  it('removes what needs an administrator, for this gateway only, with the same consent', async () => {
    const key = (name: string) => `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}` as const;
    const home = `${(await rig().run(['cmd', '/c', 'echo %LOCALAPPDATA%'])).stdout.trim()}\\hermes`;
    for (const profile of ['work', 'play']) {
      await rig().run(['sc', 'create', `by-hand-${profile}`, 'binPath=', 'C:\\nssm\\nssm.exe', 'start=', 'auto']);
      await call(rig(), 'registry', 'writeValues', `${key(`by-hand-${profile}`)}\\Parameters`, {
        Application: `${home}\\hermes-agent\\venv\\Scripts\\python.exe`,
        AppParameters: `-m hermes_cli.main --profile ${profile} gateway run`,
        AppEnvironmentExtra: [`HERMES_HOME=${home}\\profiles\\${profile}`],
      });
    }
    const startTypes = async () => {
      const configs = await Promise.all(['work', 'play'].map(each => call(rig(), 'scm', 'queryConfig', `by-hand-${each}`)));
      return configs.map(config => config?.startType);
    };
    expect(await startTypes()).toEqual(['automatic', 'automatic']);
    expect((await asked('accept')).outcome).toEqual({ kind: 'done' });
    expect(await startTypes()).toEqual(['disabled', 'automatic']);
    for (const profile of ['work', 'play']) await rig().run(['sc', 'delete', `by-hand-${profile}`]);
  });

  it('prevents variables of the user from loading foreign code into the elevated step', async () => {
    expect((await asked('accept')).outcome).toEqual({ kind: 'done' });
    expect(rig().read('C:\\foreign')).toBe('');
    // The trap itself works.
    await rig().run([rig().node, '-e', '0'], { env: { NODE_OPTIONS: '--require C:\\foreign.cjs' } });
    expect(rig().read('C:\\foreign')).toContain('node.exe');
  });

  it.each(['C:\\用户', "C:\\O'Brien", 'C:\\A&B'])(
    'works where TEMP is %s, in a folder made for it, which is gone afterwards',
    async home => {
      const temp = `${home}\\Temp`;
      rig().write(`${temp}\\there`, '');
      expect((await asked('accept', { temp })).outcome).toEqual({ kind: 'done' });
      expect(promptFolders(rig()).at(-1)).toMatch(/^C:\\ProgramData\\HermesGateway-[0-9a-f]{8}$/);
      expect(leftFolders(rig())).toEqual([]);
    },
  );

  it.each<[ElevationRequest['way'], string, ElevationOutcome['kind']]>([
    ['sudo-prompt', "C:\\Program Files\\Jo's Hermes & Sons (1)", 'done'],
    // Its batch file cannot; nobody was asked, so the shell may.
    ['sudo-prompt', 'C:\\Program Files\\Hermes & Söhne (1)', 'unavailable'],
    ['run-as', 'C:\\Program Files\\Hermes & Söhne, 用户 (1)', 'done'],
  ])('elevates by %s a program in %s: %s', async (way, folder, kind) => {
    const { node } = rig().copyApp(folder);
    const before = promptFolders(rig()).length;
    consent(rig(), 'accept');
    const { stdout } = await rig().run([
      node,
      rig().probe('elevation').replace('C:\\app', folder),
      JSON.stringify({ way, verb: 'install', service: SERVICE, times: TIMES }),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: { kind } });
    expect(promptFolders(rig()).length - before).toBe(way === 'sudo-prompt' && kind === 'done' ? 1 : 0);
    if (kind === 'done') expect((await registered())?.binaryPath).toContain(`"${node}"`);
  });

  it('reports that consent was declined, and changes nothing', async () => {
    expect((await asked('decline', { times: { ...TIMES, graceMs: 500 } })).outcome).toEqual({ kind: 'declined' });
    expect(await registered()).toBeUndefined();
  });

  it('stops waiting for an open prompt at its own deadline', async () => {
    expect((await asked('hang', { times: { ...TIMES, deadlineMs: 2_000 } })).outcome).toEqual({ kind: 'unanswered' });
  });

  it('stops waiting for an open prompt when that is cancelled, and changes nothing when the prompt is approved later', async () => {
    expect((await asked('hang', { cancelMs: 1_000 })).outcome).toEqual({ kind: 'cancelled' });
    const late = await rig().run([rig().node, rig().host, 'elevated', 'install', '--service', SERVICE, '--while-requested']);
    expect(late.code).toBe(NOT_REQUESTED_EXIT);
    expect(JSON.parse(late.stdout)).toMatchObject({ ok: false, error: { code: 'consent-cancelled' } });
    expect(await registered()).toBeUndefined();
  });

  it('stops waiting at its own deadline when the elevated shell died, for which sudo-prompt waits forever', async () => {
    expect((await asked('die', { times: { ...TIMES, deadlineMs: 4_000 } })).outcome).toEqual({ kind: 'unanswered' });
  });

  it('detects the death of the running step without waiting for the deadline', async () => {
    const { outcome } = await asked('die-at-work', { times: { deadlineMs: 600_000, graceMs: 1_000 } });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'elevation-failed' } });
  });

  it('accepts no other output as the answer of the step', async () => {
    expect((await asked('garbage', { times: { ...TIMES, graceMs: 500 } })).outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'elevation-failed' },
    });
  });

  it('reports no refusal when the step runs although sudo-prompt reported an error', async () => {
    expect((await asked('slow', { times: { ...TIMES, graceMs: 30_000 } })).outcome).toEqual({ kind: 'done' });
  });

  it('reports no refusal while a step is still running', async () => {
    expect((await asked('slower', { times: { ...TIMES, deadlineMs: 6_000 } })).outcome).toEqual({ kind: 'timed-out' });
    expect(existsSync(rig().onLinux('C:\\holding'))).toBe(true);
    rmSync(rig().onLinux('C:\\holding'));
  });

  it('is not kept from its step by a user who holds the name of its mutex, and shows no step there', async () => {
    const held = rig().ask('mutex-squatter');
    await until('the other user', async () => rig().read('C:\\held') !== '');
    expect(await call(rig(), 'mutex', 'mutexExists', 'Global\\HermesGatewayElevated')).toBe(false);
    expect((await elevate({ way: 'direct' })).outcome).toEqual({ kind: 'done' });
    rmSync(rig().onLinux('C:\\held'));
    await held;
  });

  it('answers with one line of JSON and touches no file of a user', async () => {
    const step = (...args: string[]) => rig().run([rig().node, rig().host, 'elevated', ...args]);
    const users = path.join(rig().prefix, 'drive_c', 'users');
    const before = readdirSync(users, { recursive: true });
    expect(await step('install', '--service', SERVICE)).toMatchObject({ code: 0, stdout: '{"ok":true}\n' });
    expect(await step('uninstall', '--service', SERVICE)).toMatchObject({ code: 0, stdout: '{"ok":true}\n' });
    const refused = await step('uninstall', '--service', 'Spooler');
    expect(refused.code).toBe(1);
    expect(refused.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, error: { code: 'usage' } });
    expect(readdirSync(users, { recursive: true })).toEqual(before);
  });

  it('returns the reason when the step refused', async () => {
    await call(rig(), 'service-install', 'installService', {
      name: SERVICE,
      displayName: 'Somebody else',
      description: '',
      program: 'C:\\somebody\\else.exe',
      args: [],
      owner: await call(rig(), 'security', 'currentUser'),
      recovery: { delaysMs: [1_000], resetMs: 60_000 },
      preshutdownTimeoutMs: 20_000,
    });
    try {
      expect((await asked('accept')).outcome).toMatchObject({ kind: 'failed', error: { code: 'foreign' } });
      expect((await registered())?.binaryPath).toBe('"C:\\somebody\\else.exe"');
    } finally {
      await call(rig(), 'scm', 'requestDelete', SERVICE);
    }
  });

  it('needs no prompt when the rights are present', async () => {
    const before = promptFolders(rig()).length;
    expect((await elevate({ way: 'direct' })).outcome).toEqual({ kind: 'done' });
    expect(promptFolders(rig()).length).toBe(before);
  });

  it('keeps everything unchanged after a refusal, both when the switch is turned on and when it is turned off', async () => {
    const flip = (answer: Consent, request: SwitchRequest): Promise<SwitchReply> => {
      consent(rig(), answer);
      return rig().ask('switch', JSON.stringify(request));
    };
    const gatewayCommand = sampleGatewayIn(rig());
    const home = 'C:\\homes\\switched';
    // What starts the gateway without us stays in charge.
    const startupEntry = 'C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\Hermes_Gateway.cmd';
    rig().write(startupEntry, '@rem its own');
    const refusedOn = await flip('decline', { to: 'on', home, gatewayCommand });
    expect(refusedOn.error?.code).toBe('consent-declined');
    expect(refusedOn).toMatchObject({ status: { phase: 'not-installed' }, folders: [] });
    expect(refusedOn.steps).toEqual(['checking', 'defining', 'consent']);
    expect(rig().read(startupEntry)).toBe('@rem its own');
    const on = await flip('accept', { to: 'on', home, gatewayCommand });
    expect(on).toMatchObject({ status: { phase: 'running', desired: 'running', problems: [] } });
    expect(on.steps).toEqual(['checking', 'defining', 'consent', 'registering', 'starting']);
    const refusedOff = await flip('decline', { to: 'off', home });
    expect(refusedOff.error?.code).toBe('consent-declined');
    expect(refusedOff.status.desired).toBe('running');
    await until('the gateway to be up again', async () => (await flip('decline', { to: 'as it is', home })).status.phase === 'running');
    expect(await flip('accept', { to: 'off', home })).toMatchObject({ status: { phase: 'not-installed' }, folders: [] });
  });

  it("shows the prompt of Windows' shell too, where sudo-prompt cannot", async () => {
    expect((await elevate({ way: 'run-as' })).outcome).toEqual({ kind: 'done' });
    expect((await elevate({ way: 'run-as', verb: 'uninstall' })).outcome).toEqual({ kind: 'done' });
  });

  const onWine10 = { skipped: startsLimited() ? undefined : 'shown on Wine 10', timeoutMs: 120_000 };
  const limited = (...argv: string[]) => rig().run(argv, { limited: true });

  itProves(
    'limited-wine10',
    async () => {
      const token =
        "import('file:///C:/app/dist/src/windows/security.js').then(it => console.log(it.isElevated(), it.isElevatedByConsent()))";
      expect((await limited(rig().node, '-e', token)).stdout).toBe('false false\n');
      expect((await rig().run([rig().node, '-e', token])).stdout).toBe('true true\n');
      const install = ['install', '--home', 'C:\\homes\\limited', '--gateway-command', JSON.stringify(sampleGatewayIn(rig()))];
      rig().write('C:\\homes\\limited\\config.yaml', '');
      const refused = await limited(...rig().program, ...install, '--json');
      expect(refused.code, refused.stderr + refused.stdout).toBe(EXIT.needsAdministrator);
      expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, error: { code: 'needs-administrator' } });
      const step = await limited(rig().node, rig().host, 'elevated', 'install', '--service', SERVICE);
      expect(JSON.parse(step.stdout)).toMatchObject({ ok: false, error: { code: 'needs-administrator' } });
      return 'needs-administrator';
    },
    onWine10,
  );

  for (const [id, way] of [
    ['sudo-prompt-wine10', 'sudo-prompt'],
    ['run-as-wine10', 'run-as'],
  ] as const) {
    itProves(
      id,
      async () => {
        const prompts = promptFolders(rig()).length;
        const home = `C:\\homes\\${way}`;
        const flip = async (request: Pick<SwitchRequest, 'to' | 'gatewayCommand'>) => {
          consent(rig(), 'accept');
          const { stdout, stderr } = await limited(rig().node, rig().probe('switch'), JSON.stringify({ ...request, way, home }));
          expect(stderr).toBe('');
          return JSON.parse(stdout) as SwitchReply;
        };
        const on = await flip({ to: 'on', gatewayCommand: sampleGatewayIn(rig()) });
        expect(on).toMatchObject({ status: { mechanism: 'service', phase: 'running', problems: [] } });
        expect(on.steps).toEqual(['checking', 'defining', 'consent', 'registering', 'starting']);
        expect(await flip({ to: 'off' })).toMatchObject({ status: { phase: 'not-installed' }, folders: [] });
        expect(promptFolders(rig()).length - prompts).toBe(way === 'sudo-prompt' ? 2 : 0);
        return 'running, then removed';
      },
      onWine10,
    );
  }
});
