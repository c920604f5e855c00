/** Plays the steps in order. The first failure ends the story, because each step needs the one before. */

import type { Driver } from './driver.ts';
import type { PageDriver } from './page-driver.ts';
import type { StoryStepReport } from './report.ts';
import { Stage, StoryFailure } from './stage.ts';
import { type StoryStep, storySteps } from './steps.ts';
import type { Trial } from './trial.ts';

export interface StoryOptions {
  readonly trial: Trial;
  readonly driver: Driver;
  /** The driver again, where it drives a page. */
  readonly page?: PageDriver;
  readonly onStep: (report: StoryStepReport) => void;
  /** Ends the story: the promise rejects with its reason. */
  readonly signal: AbortSignal;
}

export async function playStory({ trial, driver, page, onStep, signal }: StoryOptions): Promise<readonly StoryStepReport[]> {
  const stage = new Stage(trial, driver, signal);
  const reports: StoryStepReport[] = [];
  try {
    for (const step of storySteps(trial, page)) {
      signal.throwIfAborted();
      const report = await playStep(step, stage, signal);
      reports.push(report);
      onStep(report);
      if (report.result === 'failed') break;
    }
    return reports;
  } finally {
    stage.close();
  }
}

async function playStep(step: StoryStep, stage: Stage, signal: AbortSignal): Promise<StoryStepReport> {
  const { name } = step;
  const obstacle = step.obstacle?.(stage);
  if (obstacle !== undefined) return { name, result: 'skipped', ms: 0, figure: obstacle };
  const beganMs = performance.now();
  try {
    const result = await step.play(stage);
    const picture = await stage.driver.picture(step.picture);
    return { name, result: 'passed', ms: performance.now() - beganMs, ...result, ...(picture !== undefined && { picture }) };
  } catch (error) {
    signal.throwIfAborted();
    const ms = performance.now() - beganMs;
    const picture = await stage.driver.picture(`${step.picture}-failed`).catch(() => undefined);
    return { name, result: 'failed', ms, failure: failureOf(step, error), ...(picture !== undefined && { picture }) };
  }
}

function failureOf(step: StoryStep, error: unknown): { expected: string; seen: string } {
  if (error instanceof StoryFailure) return { expected: error.expected, seen: error.seen };
  return { expected: `"${step.name}" to finish`, seen: error instanceof Error ? error.message : String(error) };
}
