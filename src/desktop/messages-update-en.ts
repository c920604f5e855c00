/** The English texts about an update. */

import { ERRORS } from '../model/error-table.ts';
import { createFormats } from './formats.ts';
import type { UpdateEnd } from './ipc.ts';
import { explainError } from './messages-en-failures.ts';
import type { UpdateMessages } from './messages-update.ts';

const formats = createFormats('en');

const fromTo = ({ versions }: Pick<UpdateEnd, 'versions'>): string =>
  versions?.from !== undefined && versions.to !== undefined ? ` from ${versions.from} to ${versions.to}` : '';

const ENDS: Readonly<Record<UpdateEnd['outcome'], (end: UpdateEnd) => string>> = {
  updated: end => `Updated${fromTo(end)}`,
  'not-updated': end => `The update${fromTo(end)} did not happen`,
  failed: end => `The update${fromTo(end)} failed`,
  interrupted: end => `The update${fromTo(end)} was interrupted`,
};

const REMEDIES: Readonly<Record<UpdateEnd['outcome'], string>> = {
  updated: '',
  'not-updated': 'Nothing was changed. You can update again at any time.',
  failed: 'Update again. If it fails again, read the output of the update.',
  interrupted: 'Some of its steps may be missing. Update again.',
};

export const updateEn: UpdateMessages = {
  title: update => `Updating ${update.what}${fromTo(update)}`,
  by: ({ who, since }, now) => `${who}, since ${formats.time(since, now)}`,
  stages: 'Steps of the update',
  stage: { stop: 'Stop', update: 'Update', start: 'Start again' },
  step: {
    planned: 'Checking which gateways have to stop.',
    stopping: 'Stopping the gateway.',
    updating: 'Updating. The gateway starts again afterwards.',
    'handed-off': 'Another program runs the update. The gateway starts again afterwards.',
    starting: 'Starting the gateway again.',
    done: 'Done.',
  },
  gateways: 'Gateways',
  gateway: { waiting: 'Running', stopped: 'Stopped for the update', up: 'Running again', failed: 'Failed' },
  end: (end, now) => {
    const what = `${ENDS[end.outcome](end)} at ${formats.time(end.at, now)} (${end.what})`;
    if (end.why === undefined) return { message: `${what}.`, remedy: REMEDIES[end.outcome] };
    const { message, remedy } = explainError({ code: end.why, ...ERRORS[end.why] });
    return { message: `${what}: ${message}`, remedy };
  },
  dismiss: 'Dismiss',
};
