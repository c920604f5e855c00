/**
 * Measures the time from the runner, which notes a change in the history, to the page that shows it: through the control pipe, the
 * controller, the event stream and React.
 */

import type { Phase } from '../../src/model/status.ts';
import type { PageDriver } from './page-driver.ts';
import type { Stage, StepResult } from './stage.ts';

/** Number of changes; every second one is to "degraded". */
const CHANGES = 24;

export async function measureChanges(stage: Stage, page: PageDriver): Promise<StepResult> {
  const { trial } = stage;
  const { manager, identity } = trial;
  const beganAt = new Date().toISOString();
  const alreadyShown = page.changes.length;
  for (let change = 0; change < CHANGES; change += 1) {
    const phase: Phase = change % 2 === 0 ? 'degraded' : 'running';
    const asked = await trial.ask(`test-state ${phase}`);
    stage.expect(`the gateway to report "${phase}"`, asked.ok, asked);
    await stage.settle(phase);
  }
  const noted = (await manager.history(identity)).filter(record => record.kind === 'noted' && record.at >= beganAt);
  const shown = page.changes.slice(alreadyShown);
  const counts = `${noted.length} in the history, ${shown.length} in the page`;
  stage.expect(`${CHANGES} changes`, noted.length === CHANGES && shown.length === CHANGES, counts);
  const tookMs = noted.map((record, change) => (shown[change]?.atMs ?? Number.NaN) - Date.parse(record.at));
  const p95Ms = percentile(tookMs, 95);
  const p50Ms = percentile(tookMs, 50);
  return {
    figure: `p95 ${p95Ms} ms from the runner to the page (${CHANGES} changes, median ${p50Ms} ms)`,
    measured: { p50Ms, p95Ms, changes: CHANGES },
  };
}

/** The smallest of the values that at least `percent` of them do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
