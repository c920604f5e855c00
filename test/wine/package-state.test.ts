// The way out of a package through Windows' own functions. Wine has no packages: what a package changes is proved on Windows only.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wayOutContract } from '../contract/package-state-contract.ts';
import { Remote } from './remote.ts';
import { describeOnWine } from './suite.ts';

describeOnWine('state of a packaged program', rig => {
  let remote: Remote;
  beforeAll(async () => {
    remote = await Remote.start(rig(), 'package-state');
  });
  afterAll(() => remote?.close());

  wayOutContract('through Wine, which has no packages', undefined, () => {
    const file = 'C:\\a changed file';
    const onLinux = rig().onLinux(file);
    return {
      fullName: () => remote.ask('fullName'),
      converse: lines => remote.ask('converse', lines),
      file,
      content: () => (existsSync(onLinux) ? readFileSync(onLinux, 'utf8') : undefined),
      dispose: () => remote.ask('converse', [JSON.stringify({ name: 'rmSync', args: [file, { force: true }] })]),
    };
  });

  it('passes the policy of the process tree to Windows (skipped where that does not know it, as Wine)', async ({ skip }) => {
    const answer = await remote.ask<string[]>('converseOutside', ['no JSON']).catch((error: Error) => error);
    if (answer instanceof Error) {
      expect(answer.message).toContain('UpdateProcThreadAttribute');
      skip('Wine does not know the policy');
    }
    expect(answer).toHaveLength(1);
  });
});
