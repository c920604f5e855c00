/**
 * Ends every test run the same way: the acceptance table, what was skipped and what would lift that, and as the very last line
 * `N passed, N failed, N skipped`. The table goes to test-results/acceptance.json, too.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SerializedError } from 'vitest';
import { DefaultReporter, type TestCase, type TestModule, type TestRunEndReason } from 'vitest/node';
import { acceptanceTable, type Shown } from '../acceptance/table.ts';

export default class SummaryReporter extends DefaultReporter {
  override onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[], reason: TestRunEndReason): void {
    super.onTestRunEnd(modules, unhandled, reason);
    const tests = modules.flatMap(module => [...module.children.allTests()]);
    const shown = shownProofs(tests);
    if (shown.size > 0) {
      const folder = path.join(this.ctx.config.root, 'test-results');
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'acceptance.json'), `${JSON.stringify(Object.fromEntries(shown), undefined, 2)}\n`);
      this.log(`\n${acceptanceTable(shown)}`);
    }
    const skipped = tests.filter(isSkipped);
    if (skipped.length > 0) this.log(`\n${skipTable(skipped)}`);

    const passed = tests.filter(test => test.result().state === 'passed').length;
    // A file or a suite that broke outside its tests has failed as well, and so has a test that never came to its end.
    const broken = modules.flatMap(module => [module, ...module.children.allSuites()]).filter(suite => suite.errors().length > 0).length;
    const failed = tests.length - passed - skipped.length + broken + unhandled.length;
    this.log(`\n${passed} passed, ${reason === 'passed' ? failed : Math.max(failed, 1)} failed, ${skipped.length} skipped`);
  }
}

/** A test below two skipped suites has no result of its own in vitest: the suite decides. */
function isSkipped(test: TestCase): boolean {
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) if (suite.state() === 'skipped') return true;
  return test.result().state === 'skipped';
}

function shownProofs(tests: readonly TestCase[]): Map<string, Shown> {
  const shown = new Map<string, Shown>();
  for (const test of tests) {
    const { proof, figure } = test.meta();
    if (proof === undefined) continue;
    if (isSkipped(test)) shown.set(proof, { state: 'skipped', reason: skipReason(test) });
    else shown.set(proof, { state: test.result().state === 'passed' ? 'passed' : 'failed', ...(figure !== undefined && { figure }) });
  }
  return shown;
}

/** The reason stands in the name of the test or of a suite around it, as "(skipped: …)", or was said while it ran. */
function skipReason(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return /\(skipped: (.+?)\)(?: > |$)/.exec(test.fullName)?.[1] ?? note ?? `no reason given: ${test.fullName}`;
}

function skipTable(skipped: readonly TestCase[]): string {
  const counts = new Map<string, number>();
  for (const reason of skipped.map(skipReason)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return ['Skipped here', ...[...counts].map(([reason, count]) => `${String(count).padStart(5)}  ${reason}`)].join('\n');
}
