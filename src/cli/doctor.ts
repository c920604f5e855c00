/**
 * `doctor`: checks what a gateway service depends on (system, home, command, state folder), and prints the problems of the service itself,
 * which the manager finds; with a remedy, and with what `--fix` would change.
 */

import { constants, existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { en } from '../desktop/messages-en.ts';
import { viewOf } from '../desktop/views.ts';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import { type ErrorValue, GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { ProblemCode, Severity } from '../model/problems.ts';
import type { Receipt, ReceiptRow } from '../model/receipt.ts';
import type { FoundProblem } from '../model/repair.ts';
import type { Status } from '../model/status.ts';
import type { Composition, VerbContext } from './context.ts';
import type { Paint, Style } from './terminal.ts';

export interface Check {
  readonly name: 'system' | 'home' | 'gateway-command' | 'state-folder' | 'service' | 'gateway';
  /** The code of a problem of the service. */
  readonly code?: ProblemCode;
  /** Of that problem. */
  readonly severity?: Severity;
  /** `fixed` was a problem until just now; `note` is worth knowing and needs nothing. */
  readonly outcome: 'ok' | 'note' | 'problem' | 'fixed';
  readonly message: string;
  readonly remedy?: string;
  /** What the repair changes, or has changed. */
  readonly changes?: readonly ReceiptRow[];
}

export interface DoctorReport {
  readonly checks: readonly Check[];
  /** What `--fix` has changed. */
  readonly receipt?: Receipt;
  /** Why not everything repairable was repaired. */
  readonly refused?: ErrorValue;
}

const MARKS: Readonly<Record<Check['outcome'], { readonly style: Style; readonly word: string }>> = {
  ok: { style: 'green', word: 'ok' },
  note: { style: 'blue', word: 'note' },
  problem: { style: 'red', word: 'bad' },
  fixed: { style: 'green', word: 'fixed' },
};

const WARNING: (typeof MARKS)['problem'] = { style: 'yellow', word: 'warn' };

/** Checks in the order in which things depend on each other. */
export async function examine({ composition, output }: VerbContext, identity: GatewayIdentity, fix: boolean): Promise<DoctorReport> {
  const ground = system(composition, identity);
  for (const check of [home, gatewayCommand, stateFolder]) ground.push(await check(composition, identity));
  const { manager } = composition;
  const before = await manager.status(identity);
  const registered = isRegistered(before);
  if (!fix || !registered) {
    const foundProblems = await manager.examine(identity);
    return { checks: [...ground, ...service(foundProblems, registered), gateway(before)] };
  }
  const { receipt, repaired, left, refused, status } = await manager.repair(identity, output.progress);
  return {
    checks: [...ground, ...repaired.map(fixed), ...service(left, isRegistered(status)), gateway(status)],
    receipt,
    ...(refused && { refused }),
  };
}

const isRegistered = ({ phase }: Status) => phase !== 'not-installed' && phase !== 'unsupported';

export const isHealthy = ({ checks, refused }: DoctorReport): boolean =>
  refused === undefined && checks.every(({ outcome }) => outcome !== 'problem');

export function checksText(checks: readonly Check[], paint: Paint): string {
  const below = (text: string) => `\n        ${text}`;
  return checks
    .map(({ outcome, severity, message, remedy, changes = [] }) => {
      const { style, word } = outcome === 'problem' && severity === 'warning' ? WARNING : MARKS[outcome];
      const lines = changes.map(row => below(paint('dim', en.receiptLine(row))));
      return `${paint(style, word.padEnd(6))}  ${message}${remedy === undefined ? '' : below(remedy)}${lines.join('')}`;
    })
    .join('\n');
}

function service(foundProblems: readonly FoundProblem[], registered: boolean): Check[] {
  if (foundProblems.length === 0)
    return registered ? [{ name: 'service', outcome: 'ok', message: 'The service is registered correctly.' }] : [];
  return foundProblems.map(({ problem: { code, severity, message, remedy }, changes, kept }) => ({
    name: 'service',
    code,
    severity,
    // Without a service a problem is only a note.
    outcome: kept || !registered || severity === 'info' ? 'note' : 'problem',
    message,
    remedy,
    ...(changes.length > 0 && { changes }),
  }));
}

const fixed = ({ problem: { code, severity, message }, changes }: FoundProblem): Check => ({
  name: 'service',
  code,
  severity,
  outcome: 'fixed',
  message,
  changes,
});

function gateway(status: Status): Check {
  const message = en.sentence(status, Date.now());
  if (status.phase === 'not-installed') return { name: 'gateway', outcome: 'note', message };
  if (status.phase === 'failed') return { name: 'gateway', outcome: 'problem', message, remedy: 'Start it with "hermes-gateway start".' };
  return { name: 'gateway', outcome: viewOf({ ...status, problems: [] }).tone === 'ok' ? 'ok' : 'note', message };
}

function system({ manager, lacking }: Composition, identity: GatewayIdentity): Check[] {
  const message = `${os.type()} ${os.release()} ${process.arch}, Node ${process.versions.node}; mechanisms: ${manager.mechanisms.map(each => en.mechanism[each]).join(', ')}.`;
  const notes = lacking(identity).map(lack => ({ name: 'system', outcome: 'note', message: lack }) as const);
  return [{ name: 'system', outcome: 'ok', message }, ...notes];
}

function home(_: Composition, identity: GatewayIdentity): Promise<Check> {
  return attempt('home', () => {
    requireHome(identity);
    return `The home ${identity.home} exists.`;
  });
}

async function gatewayCommand({ state, gatewayCommand: commandOf }: Composition, identity: GatewayIdentity): Promise<Check> {
  const override = (
    await state(identity)
      .definition()
      .catch(() => undefined)
  )?.gatewayCommand;
  return attempt('gateway-command', () => `The gateway is started with ${JSON.stringify(commandOf(identity, override).argv)}.`);
}

/** Whether a file can be created in the folder, or in the nearest existing one above it. */
async function stateFolder({ state }: Composition, identity: GatewayIdentity): Promise<Check> {
  const { path: own } = state(identity);
  let folder = own;
  while (!existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return attempt('state-folder', async () => {
    if (!(await fs.stat(folder)).isDirectory()) throw new GatewayServiceError('state-unwritable', `${folder} (not a folder)`);
    // On Windows access() reads only the attributes, so a folder is created and removed.
    if (process.platform === 'win32') await fs.rmdir(await fs.mkdtemp(path.join(folder, '.doctor-')));
    else await fs.access(folder, constants.W_OK | constants.X_OK);
    return `The state folder ${own} can be written.`;
  });
}

async function attempt(name: Check['name'], look: () => string | Promise<string>): Promise<Check> {
  try {
    return { name, outcome: 'ok', message: await look() };
  } catch (error) {
    const { message, remedy } = toGatewayServiceError(error);
    return { name, outcome: 'problem', message, remedy };
  }
}
