// What every way out of a package does. The fake of a packaged program runs it here, and Windows' own functions run it below Wine.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

export interface WayOutStage {
  /** Of this process: undefined outside of a package. */
  readonly fullName: () => Promise<string | undefined>;
  /** Starts our program by this way, says the lines to it, and gives its answers. */
  readonly converse: (lines: readonly string[]) => Promise<readonly string[]>;
  /** A path for a file as the program sees it, and its content; undefined where it is missing. */
  readonly file: string;
  readonly content: () => string | undefined;
  dispose(): Promise<unknown> | unknown;
}

export function wayOutContract(name: string, fullName: string | undefined, open: () => Promise<WayOutStage> | WayOutStage): void {
  describe(`way out of a package (${name})`, () => {
    let stage: WayOutStage;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(() => stage.dispose());

    it('knows the full name of the package, or that there is none', async () => {
      expect(await stage.fullName()).toBe(fullName);
    });

    it('makes changes by our program, and gives the errors of its file system', async () => {
      const { file } = stage;
      const line = (change: string, ...args: unknown[]) => JSON.stringify({ name: change, args });
      const answers = await stage.converse([
        line('writeFileSync', file, 'ü'.repeat(10_000), { flag: 'wx' }),
        line('linkSync', file, file),
        line('unlinkSync', file),
        'no JSON',
      ]);
      expect(answers.map(answer => JSON.parse(answer).error?.code ?? JSON.parse(answer).error?.message)).toEqual([
        undefined,
        'EEXIST',
        'not a change: unlinkSync',
        expect.stringContaining('JSON'),
      ]);
      expect(stage.content()).toBe('ü'.repeat(10_000));
    });
  });
}
