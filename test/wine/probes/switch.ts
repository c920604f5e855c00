// The switch, with a way of the app's own to elevate: switch JSON. Prints {error?, status, steps, folders} as one JSON document.
import { existsSync, readdirSync } from 'node:fs';
import { runAs } from '../../../src/elevation/run-as.ts';
import { sudoPrompt } from '../../../src/elevation/sudo-prompt.ts';
import { factsOfWindows } from '../../../src/elevation/windows-elevation.ts';
import { type ErrorValue, toGatewayServiceError } from '../../../src/model/errors.ts';
import type { OperationStep, Report } from '../../../src/model/operation-steps.ts';
import type { Status } from '../../../src/model/status.ts';
import { hostCommand, identityOf, states, windowsManager } from './windows-manager.ts';

export interface SwitchRequest {
  readonly to: 'on' | 'off' | 'as it is';
  /** Default: sudo-prompt. */
  readonly way?: 'sudo-prompt' | 'run-as';
  readonly home: string;
  readonly gatewayCommand?: readonly string[];
}

export interface SwitchReply {
  readonly error?: ErrorValue;
  readonly status: Status;
  /** Of the operation, in turn. */
  readonly steps: readonly OperationStep[];
  /** The state folders that are there. */
  readonly folders: readonly string[];
}

const { to, way, home, gatewayCommand } = JSON.parse(process.argv[2] ?? '') as SwitchRequest;
const identity = identityOf(home);
const elevation = (way === 'run-as' ? runAs : sudoPrompt)({ hostCommand, factsOf: factsOfWindows(hostCommand) });
const manager = windowsManager(elevation);

const steps: OperationStep[] = [];
const report: Report = ({ step }) => void steps.push(step);

async function flip(): Promise<unknown> {
  if (to === 'on') return manager.install(identity, gatewayCommand && { gatewayCommand }, report);
  return to === 'off' ? manager.uninstall(identity, report) : undefined;
}

const error = await flip().then(
  () => undefined,
  thrown => toGatewayServiceError(thrown).toValue(),
);
const reply: SwitchReply = {
  ...(error && { error }),
  status: await manager.status(identity),
  steps,
  folders: existsSync(states) ? readdirSync(states) : [],
};
console.log(JSON.stringify(reply));
process.exit();
