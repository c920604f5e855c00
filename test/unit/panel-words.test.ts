// Panel, tray and notifications speak to somebody who has no terminal open and has never heard of a service control manager.
import { describe, expect, it } from 'vitest';
import { en } from '../../src/desktop/messages-en.ts';
import { loginItemEn } from '../../src/desktop/messages-login-item-en.ts';
import { shellEn } from '../../src/desktop/shell-messages.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { PROBLEMS, type ProblemCode, problem } from '../../src/model/problems.ts';
import { everything, everythingOfShell } from '../support/catalogue-texts.ts';

/** Our command line, its options, and the words of Windows' service control manager. */
const NOT_IN_A_PANEL =
  /hermes-gateway |(^|[\s"(])--[a-z]|\bSCM\b|\bsc\.exe\b|\bservices\.exe\b|service (control )?manager|\bbroker\b|\bfailure actions?\b|\bladder\b/i;

/** The strings of a catalogue that are no functions, by their path. */
function constants(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => constants(each, `${path}.${name}`));
}

const texts = [
  ...constants(en, 'panel'),
  ...constants(loginItemEn, 'login item'),
  // In Details, the sentence of a problem may quote a command of Hermes, and a receipt shows what is registered.
  ...Object.entries(everything(en)).filter(([name]) => !name.startsWith('problem ') && name !== 'install create service'),
  ...Object.entries(everythingOfShell(shellEn)),
];

describe('words of panel, tray and notifications', () => {
  it('are those of a window in every text', () => {
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.filter(([, text]) => NOT_IN_A_PANEL.test(text))).toEqual([]);
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])('include a remedy for the error %s', code => {
    const { message, remedy } = en.error(new GatewayServiceError(code, 'C:\\x').toValue());
    expect(message).not.toMatch(NOT_IN_A_PANEL);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
    expect(remedy).not.toMatch(NOT_IN_A_PANEL);
  });

  it.each(Object.keys(PROBLEMS) as ProblemCode[])('include a remedy for the problem %s', code => {
    const { remedy } = en.problem(problem(code));
    expect(remedy).toMatch(/^[A-Z].*\.$/);
    expect(remedy).not.toMatch(NOT_IN_A_PANEL);
  });

  it('replace a remedy that an error or a problem brings, where it is for a terminal', () => {
    const own = 'Run "hermes-gateway logs".';
    expect(en.problem({ ...problem('launch-failed'), remedy: own }).remedy).not.toMatch(NOT_IN_A_PANEL);
    expect(en.error(new GatewayServiceError('gateway-not-up', '', { remedy: own }).toValue()).remedy).not.toMatch(NOT_IN_A_PANEL);
    const window = 'Close the other program.';
    expect(en.problem({ ...problem('launch-failed'), remedy: window }).remedy).toBe(window);
    expect(en.error(new GatewayServiceError('gateway-not-up', '', { remedy: window }).toValue()).remedy).toBe(window);
  });

  it('differ from those of the command line for an error, which names a command', () => {
    expect(ERRORS['gateway-not-up'].remedy).toMatch(NOT_IN_A_PANEL);
  });
});
