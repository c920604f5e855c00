// A suite that runs on the Wine rig: one rig for its file, nothing of ours left at its end, and a skip with the reason where there is no
// rig.
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { available, type RigOptions, WineRig } from './rig.ts';
import { ServiceOnWine } from './service-on-wine.ts';

export { until } from './service-on-wine.ts';

/** Making the template takes some 10 s once, more on a busy machine. */
const RIG_START_MS = 300_000;
const RIG_END_MS = 60_000;
const TEST_MS = 120_000;

function describeWhereWineIs(subject: string, suite: () => void): void {
  const wine = available();
  describe.skipIf(!wine.ok)(wine.ok ? subject : `${subject} (skipped: ${wine.reason})`, { timeout: TEST_MS }, suite);
}

/** For tests of the layer that speaks to Windows. */
export function describeOnWine(subject: string, tests: (rig: () => WineRig) => void, options?: RigOptions): void {
  describeWhereWineIs(subject, () => {
    let rig: WineRig | undefined;
    beforeAll(async () => {
      rig = await WineRig.start(options);
    }, RIG_START_MS);
    afterAll(() => rig?.dispose(), RIG_END_MS);
    tests(() => {
      if (!rig) throw new Error('the rig is not up');
      return rig;
    });
  });
}

export interface ServiceSuiteOptions extends RigOptions {
  /** The tests share services, which they take away themselves. */
  readonly shared?: boolean;
}

/**
 * For tests of the service: a manager is up inside Windows, each test's service is taken away after it, and at the end nothing may be left.
 */
export function describeServiceOnWine(
  subject: string,
  tests: (service: ServiceOnWine) => void,
  { shared = false, ...options }: ServiceSuiteOptions = {},
): void {
  describeWhereWineIs(subject, () => {
    const service = new ServiceOnWine();
    beforeAll(() => service.open(options), RIG_START_MS);
    if (!shared) afterEach(() => service.clear());
    afterAll(async () => {
      await service.clear();
      expect(await service.close(), 'what is left of ours').toEqual([]);
    }, RIG_END_MS);
    tests(service);
    // The last hook runs first.
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') service.keep(task.name);
    });
  });
}
