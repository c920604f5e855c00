// One elevation inside Windows, by a way of the app's own: elevation JSON. Prints {outcome} as one JSON document.

import { fileURLToPath } from 'node:url';
import { directElevation } from '../../../src/elevation/direct-elevation.ts';
import type { SettleTimes } from '../../../src/elevation/elevation-outcome.ts';
import { runAs } from '../../../src/elevation/run-as.ts';
import { sudoPrompt } from '../../../src/elevation/sudo-prompt.ts';
import { factsOfWindows } from '../../../src/elevation/windows-elevation.ts';
import type { ElevatedTask } from '../../../src/model/elevation.ts';
import { hostCommandIn } from '../../../src/process/host-command.ts';

export interface ElevationRequest extends ElevatedTask {
  readonly way: 'sudo-prompt' | 'run-as' | 'direct';
  /** TEMP of this process; made. */
  readonly temp?: string;
  readonly times?: SettleTimes;
  /** After this time the wait is ended, in milliseconds. */
  readonly cancelMs?: number;
}

const { way, temp, times, cancelMs, ...task } = JSON.parse(process.argv[2] ?? '') as ElevationRequest;
if (temp !== undefined) process.env['TEMP'] = temp;
const hostCommand = hostCommandIn(fileURLToPath(new URL('../../../../host', import.meta.url)));
const options = { hostCommand, factsOf: factsOfWindows(hostCommand), ...(times && { times }) };
const ways = { 'sudo-prompt': () => sudoPrompt(options), 'run-as': () => runAs(options), direct: () => directElevation(hostCommand) };
const signal = cancelMs === undefined ? undefined : AbortSignal.timeout(cancelMs);
const outcome = await ways[way]().run(task, undefined, signal);
console.log(JSON.stringify({ outcome }));
// A prompt that hangs is a child of this process still.
process.exit();
