/**
 * The app's log: the file of electron-log, with secrets removed from every line.
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
