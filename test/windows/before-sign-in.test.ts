// The token that Windows makes without a password, beside that of the session: it is the owner's, and has no right that the other one lacks.
// The owner of the service is signed in here, so nothing is started with it; the sign-in screen is lines 63 to 65 of the checklist.
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { quoteArgument } from '../../src/windows/argv.ts';
import { currentSession, currentUser } from '../../src/windows/security.ts';
import { itProves } from '../acceptance/it-proves.ts';
import { until } from '../acceptance/service-stage.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import type { TokenFacts } from './probes/token-facts.ts';
import { whyLeftOut } from './real-windows.ts';
import { WindowsStage } from './windows-stage.ts';

const leftOut = whyLeftOut(process.platform, process.env);
const PROBE = path.join(REPOSITORY, 'test', 'windows', 'probes', 'token-facts.ts');
const AS_SYSTEM = 'HermesGateway-token-facts';
const MEDIUM = 'S-1-16-8192';
const ADMINISTRATORS = 'S-1-5-32-544';

describe.skipIf(leftOut !== undefined)(
  leftOut === undefined ? 'before the sign-in, on Windows' : `before the sign-in, on Windows (skipped: ${leftOut})`,
  { timeout: 120_000 },
  () => {
    const stage = new WindowsStage();
    beforeAll(() => {
      stage.open();
      stage.records('services', AS_SYSTEM);
    });
    afterEach(async () => {
      await stage.run(['sc.exe', 'delete', AS_SYSTEM]);
    });
    afterAll(async () => {
      if (!stage.isOpen) return;
      const left = await stage.settled();
      stage.dispose();
      expect(left, 'what is left of ours').toEqual([]);
    });

    itProves('before-sign-in-token-windows', async () => {
      const file = path.join(stage.folder, 'token-facts.json');
      const command = [stage.node, PROBE, file, currentUser(), String(currentSession())].map(quoteArgument).join(' ');
      expect((await stage.run(['sc.exe', 'create', AS_SYSTEM, 'binPath=', command])).code).toBe(0);
      // It is no service and reports nothing, so the start fails; it has run by then, as LocalSystem.
      await stage.run(['sc.exe', 'start', AS_SYSTEM]);
      const facts = await until('the facts of the tokens', () => {
        const text = stage.read(file);
        return text !== '' && (JSON.parse(text) as { readonly passwordless: TokenFacts; readonly session: TokenFacts });
      });
      stage.note('token-facts.json', JSON.stringify(facts));
      expect(facts).not.toHaveProperty('error');
      const { passwordless, session } = facts;
      expect(passwordless.user).toBe(currentUser());
      expect(passwordless.integrity).toBe(MEDIUM);
      expect(passwordless.groups).not.toContain(ADMINISTRATORS);
      expect(passwordless.privileges.filter(privilege => !session.privileges.includes(privilege))).toEqual([]);
      return undefined;
    });
  },
);
