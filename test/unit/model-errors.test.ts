// What a failure carries across processes, and which failure an error of the file system or of a process becomes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ERROR_VALUE } from '../../src/model/error-value.ts';
import { GatewayServiceError, toGatewayServiceError } from '../../src/model/errors.ts';
import { launchInProcessGroup } from '../../src/process/gateway-process.ts';
import { signalGroup } from '../../src/process/process-group.ts';
import { writeJson } from '../../src/state/files.ts';

it.each([
  ['a detail', new GatewayServiceError('busy', '(install)')],
  ['a detail, a remedy and a Win32 number of its own', new GatewayServiceError('unsupported', '(x)', { remedy: 'Use another.', win32: 5 })],
  ['no detail', new GatewayServiceError('timed-out')],
])('keeps an error with %s unchanged across a process boundary', (_, error) => {
  const value: unknown = JSON.parse(JSON.stringify(error.toValue()));
  if (!v.is(ERROR_VALUE, value)) throw new Error('not a value of an error');
  const { code, message, detail, remedy, win32 } = GatewayServiceError.fromValue(value);
  expect({ code, message, detail, remedy, win32 }).toEqual({
    code: error.code,
    message: error.message,
    detail: error.detail,
    remedy: error.remedy,
    win32: error.win32,
  });
});

it('refuses an error value whose detail is not text', () => {
  expect(v.is(ERROR_VALUE, { ...new GatewayServiceError('busy').toValue(), detail: 7 })).toBe(false);
});

describe('a refused permission', () => {
  let folder: string;
  let program: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gateway-errors-'));
    program = path.join(folder, 'gateway');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o600 });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });
  const notPermitted = (syscall: string) => Object.assign(new Error(`${syscall} EPERM`), { code: 'EPERM', syscall });
  const failureOf = (work: Promise<unknown>) => work.then(() => undefined, toGatewayServiceError);

  it.skipIf(process.platform === 'win32')('to run a gateway program names the program and what to change', async () => {
    const launched = launchInProcessGroup({ argv: [program], cwd: folder, env: {} }, async () => undefined);
    expect(await failureOf(launched)).toMatchObject({
      code: 'program-not-executable',
      detail: `(${program})`,
      remedy: expect.stringContaining('chmod'),
    });
  });

  it.skipIf(process.platform === 'win32')('to run another program names that program', async () => {
    const failed = once(spawn(program), 'error').then(([error]) => Promise.reject(error));
    expect(await failureOf(failed)).toMatchObject({ code: 'program-not-executable', detail: `(${program})` });
  });

  it('to signal a process group names its PID', () => {
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw notPermitted('kill');
    });
    expect(() => signalGroup(4711, 'SIGKILL')).toThrow(
      expect.objectContaining({ code: 'permission-denied', detail: expect.stringContaining('4711') }),
    );
  });

  it('to read a file elsewhere names the file and not the state folder', () => {
    const error = toGatewayServiceError(Object.assign(notPermitted('open'), { path: '/home/user/.hermes/.env' }));
    expect(error).toMatchObject({ code: 'permission-denied', detail: '(/home/user/.hermes/.env)' });
  });

  it('to write a state file names the file', async () => {
    vi.spyOn(fs, 'writeFile').mockRejectedValue(Object.assign(notPermitted('open'), { path: program }));
    expect(await failureOf(writeJson(path.join(folder, 'a.json'), 1))).toMatchObject({ code: 'state-unwritable', detail: `(${program})` });
  });
});
