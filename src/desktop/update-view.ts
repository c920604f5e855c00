/** How an update is shown, as pure functions of the snapshot: its three stages, the gateways to list, the tone of its end. */

import type { UpdateStep } from '../update/update-shape.ts';
import type { ShownUpdate, UpdateEnd } from './ipc.ts';
import type { Tone } from './views.ts';

/** The steps as a user sees them: the gateways stop, the update runs, the gateways start. */
const UPDATE_STAGES = ['stop', 'update', 'start'] as const;
export type UpdateStage = (typeof UPDATE_STAGES)[number];

const STAGE_OF: Readonly<Record<UpdateStep, UpdateStage>> = {
  planned: 'stop',
  stopping: 'stop',
  updating: 'update',
  'handed-off': 'update',
  starting: 'start',
  done: 'start',
};

export interface ShownStage {
  readonly stage: UpdateStage;
  readonly state: 'passed' | 'current' | 'ahead';
}

export function stagesOf({ step }: Pick<ShownUpdate, 'step'>): readonly ShownStage[] {
  const current = UPDATE_STAGES.indexOf(STAGE_OF[step]);
  return UPDATE_STAGES.map((stage, at) => ({ stage, state: at < current ? 'passed' : at === current ? 'current' : 'ahead' }));
}

/** The gateways to list: all of several; a single one only where it failed, because the stages are enough otherwise. */
export function gatewaysToShow({ gateways }: Pick<ShownUpdate, 'gateways'>): ShownUpdate['gateways'] {
  return gateways.length > 1 ? gateways : gateways.filter(({ error }) => error !== undefined);
}

export const END_TONES: Readonly<Record<UpdateEnd['outcome'], Tone>> = {
  updated: 'ok',
  'not-updated': 'warn',
  interrupted: 'warn',
  failed: 'error',
};
