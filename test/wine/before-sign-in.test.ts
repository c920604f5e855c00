// "Also before I sign in", from the start of Windows to the hand-over and back. Wine has no logon without a password, and one session that is
// always there: scm/sign-in.c stands in for both. What the token of a real Windows may do, only test/windows shows.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { itProves } from '../acceptance/it-proves.ts';
import { describeServiceOnWine, until } from './suite.ts';

const BEFORE = { id: 0, beforeSignIn: true };

describeServiceOnWine(
  'a service whose user signs in and out',
  service => {
    beforeEach(() => service.rig.signIn());

    const parameters = () => `HKLM\\System\\CurrentControlSet\\Services\\${service.of.service}\\Parameters`;
    const problems = async () => (await service.status()).problems.map(({ code, message }) => `${code}: ${message}`).join();
    /** Windows starts, and nobody signs in. */
    const startSignedOut = async () => {
      service.rig.signOut();
      await service.reboot();
    };
    const definitionFile = () => path.join(path.dirname(path.dirname(service.manager.logPath(service.of))), 'definition.json');
    const ends = async () => (await service.manager.history(service.of)).filter(record => record.kind === 'ended');

    itProves(
      'before-sign-in-wine',
      async () => {
        const atDesk = await service.install({ beforeSignIn: 'yes' });
        expect(atDesk).toMatchObject({ phase: 'running', session: { id: 1 }, beforeSignIn: 'yes' });
        expect(atDesk.session).not.toHaveProperty('beforeSignIn');

        await startSignedOut();
        const census = service.census();
        const early = await service.phase('running');
        expect(early.session).toMatchObject(BEFORE);
        expect(early.gatewayPid).not.toBe(atDesk.gatewayPid);

        await service.manager.kill(early.gatewayPid ?? 0);
        const again = await service.another(early);
        expect(again.session).toMatchObject(BEFORE);

        service.rig.signIn();
        const moved = await service.another(again);
        expect(moved.session).toMatchObject({ id: 1 });
        expect(moved.session).not.toHaveProperty('beforeSignIn');
        expect((await ends()).at(-1)).toMatchObject({ outcome: 'stopped', reason: 'Its owner has signed in.' });

        service.rig.signOut();
        await service.manager.kill((await service.manager.runnerPid(service.of)) ?? 0);
        const back = await service.another(moved);
        expect(back.session).toMatchObject(BEFORE);
        expect(census.stop()).toBe(1);
        return undefined;
      },
      { timeoutMs: 180_000 },
    );

    it('gives the token of the owner; Wine filters none, and has one integrity', async () => {
      const { session } = await service.install();
      const file = 'C:\\token-facts.json';
      await service.rig.run([service.rig.node, service.rig.app('test/windows/probes/token-facts.js'), file, session?.user ?? '', '1']);
      expect(JSON.parse(service.rig.read(file))).toMatchObject({
        passwordless: { user: session?.user },
        session: { user: session?.user },
      });
    });

    it('waits for the sign-in where the option is off, whatever its definition says', async () => {
      await service.install({ beforeSignIn: 'no' });
      const definition = JSON.parse(readFileSync(definitionFile(), 'utf8'));
      writeFileSync(definitionFile(), JSON.stringify({ ...definition, beforeSignIn: 'yes' }));
      await startSignedOut();
      await service.phase('waiting-for-sign-in');
      expect(service.gateways()).toEqual([]);
      expect((await service.manager.examine(service.of)).map(({ problem }) => problem.code)).toContain('before-sign-in-changed');
    });

    it.each([
      ['which is disabled', 'c0000072', 'the account is disabled'],
      ['outside of the hours in which it may sign in', 'c000006f', 'at this time'],
    ])('waits for the sign-in of an account %s, and says why', async (_account, status, why) => {
      await service.install({ beforeSignIn: 'yes' });
      service.rig.write('C:\\logon-status', status);
      await startSignedOut();
      await service.phase('waiting-for-sign-in');
      expect(await problems()).toContain(why);
      expect(service.gateways()).toEqual([]);
      rmSync(service.rig.onLinux('C:\\logon-status'));
    });

    it("starts nothing as another user, whatever SID the registry names as the service's owner", async () => {
      const { session } = await service.install({ beforeSignIn: 'yes' });
      const setOwner = (sid: string) => service.tool('reg', 'add', parameters(), '/v', 'Owner', '/d', sid, '/f');
      expect(await setOwner('S-1-5-32-544')).toBe(0);
      await startSignedOut();
      await until('the refusal', async () => (await service.manager.facts(service.of))?.launchError?.code === 'before-sign-in-refused');
      expect(service.gateways()).toEqual([]);
      expect(await setOwner(session?.user ?? '')).toBe(0);
    });
  },
  { signsIn: true },
);
