/**
 * The app's log: electron-log's own file, with secrets taken out of everything that is written, whoever writes it.
 */

import { inspect } from 'node:util';
import { redact } from '../src/model/redact.ts';

interface LogMessage {
  data: unknown[];
}

/** A hook of electron-log. */
export function redactMessage<M extends LogMessage>(message: M): M {
  return { ...message, data: message.data.map(each => redact(typeof each === 'string' ? each : inspect(each))) };
}
