/** The English texts about an update of Hermes or of the app: which program runs it, its progress, its end. */

import type { PlannedGateway, UpdateStep } from '../update/update-shape.ts';
import { createFormats } from './formats.ts';
import type { ShownUpdate, UpdateEnd } from './ipc.ts';
import { type Explained, explainError } from './messages-en-failures.ts';
import type { UpdateStage } from './update-view.ts';

const formats = createFormats('en');

const fromTo = ({ versions }: Pick<UpdateEnd, 'versions'>): string =>
  versions?.from !== undefined && versions.to !== undefined ? ` from ${versions.from} to ${versions.to}` : '';

/** The beginning of the sentence, and what to do where nothing explains why it ended so. */
const ENDS: Readonly<Record<UpdateEnd['outcome'], { begin(end: UpdateEnd): string; readonly remedy: string }>> = {
  updated: { begin: end => `Updated${fromTo(end)}`, remedy: '' },
  'not-updated': {
    begin: end => `The update${fromTo(end)} did not happen`,
    remedy: 'Nothing was changed. You can update again at any time.',
  },
  failed: { begin: end => `The update${fromTo(end)} failed`, remedy: 'Update again. If it fails again, read the output of the update.' },
  interrupted: { begin: end => `The update${fromTo(end)} was interrupted`, remedy: 'Some of its steps may be missing. Update again.' },
};

export const updateEn = {
  /** "Updating Hermes from 0.19 to 0.20" */
  title: (update: ShownUpdate) => `Updating ${update.what}${fromTo(update)}`,
  /** Which program runs it, and since when. `now` in epoch milliseconds. */
  by: ({ who, since }: ShownUpdate, now: number) => `${who}, since ${formats.time(since, now)}`,
  stages: 'Steps of the update',
  stage: { stop: 'Stop', update: 'Update', start: 'Start again' } satisfies Record<UpdateStage, string>,
  /** What happens now, as one sentence. */
  step: {
    planned: 'Checking which gateways have to stop.',
    stopping: 'Stopping the gateway.',
    updating: 'Updating. The gateway starts again afterwards.',
    'handed-off': 'Another program runs the update. The gateway starts again afterwards.',
    starting: 'Starting the gateway again.',
    done: 'Done.',
  } satisfies Record<UpdateStep, string>,
  gateways: 'Gateways',
  gateway: {
    waiting: 'Running',
    stopped: 'Stopped for the update',
    up: 'Running again',
    failed: 'Failed',
  } satisfies Record<PlannedGateway['state'], string>,
  /** How it ended, and what to do about it; the remedy is empty where there is nothing to do. */
  end: (end: UpdateEnd, now: number): Explained => {
    const what = `${ENDS[end.outcome].begin(end)} at ${formats.time(end.at, now)} (${end.what})`;
    if (end.why === undefined) return { message: `${what}.`, remedy: ENDS[end.outcome].remedy };
    const { message, remedy } = explainError(end.why);
    return { message: `${what}: ${message}`, remedy };
  },
  dismiss: 'Dismiss',
};
