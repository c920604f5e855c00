// The agent of gateway-with-shell.mjs: what a test has it run below its gateway.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../src/model/poll.ts';
import { REPOSITORY } from './sandbox.ts';

export const GATEWAY_WITH_SHELL = path.join(REPOSITORY, 'test/support/gateway-with-shell.mjs');
const DEADLINE_MS = 60_000;

export interface Command {
  readonly argv: readonly string[];
  /** All its variables, instead of the gateway's. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param home the gateway's, as this side sees it */
export function tellAgent(home: string, ...commands: readonly Command[]): void {
  const file = path.join(home, 'shell.json');
  writeFileSync(`${file}.tmp`, JSON.stringify(commands));
  renameSync(`${file}.tmp`, file);
}

/** Has the agent run these, one after the other; resolves with their answers. */
export async function agentRuns(home: string, ...commands: readonly Command[]): Promise<readonly Answer[]> {
  tellAgent(home, ...commands);
  const file = path.join(home, 'shell-answer.json');
  await poll(() => existsSync(file), { what: 'the answers', deadlineMs: DEADLINE_MS });
  const answers = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  return answers;
}

/** What the process outside of the gateway printed, when it has ended. @param log the gateway's captured output, beside which it is. */
export async function outsideLog(log: string): Promise<string> {
  const file = path.join(path.dirname(log), 'outside.log');
  const text = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await poll(() => /^Exit code/m.test(text()), { what: 'the end of the process outside', deadlineMs: DEADLINE_MS });
  return text();
}

/** A script that requests the stop of the gateway as Hermes does, and then does `afterwards`; `home` and `fs` are at hand. */
export const stopsGateway = (afterwards: string): string => `
  import fs from 'node:fs';
  const home = process.env.HERMES_HOME;
  const { pid, start_time } = JSON.parse(fs.readFileSync(home + '/gateway.pid'));
  const text = JSON.stringify({ target_pid: pid, target_start_time: start_time, stopper_pid: process.pid, written_at: new Date().toISOString() });
  fs.writeFileSync(home + '/stop.tmp', text);
  fs.renameSync(home + '/stop.tmp', home + '/.gateway-planned-stop.json');
  ${afterwards}`;
