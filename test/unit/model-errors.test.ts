// What a failure carries across processes, and which failure an error of the file system or of a process becomes.
import { expect, it } from 'vitest';
import { GatewayServiceError, isErrorValue } from '../../src/model/errors.ts';

it.each([
  ['a detail', new GatewayServiceError('busy', '(install)')],
  ['a detail, a remedy and a Win32 number of its own', new GatewayServiceError('unsupported', '(x)', { remedy: 'Use another.', win32: 5 })],
  ['no detail', new GatewayServiceError('timed-out')],
])('a failure with %s is the same after it crossed a process boundary', (_, error) => {
  const value: unknown = JSON.parse(JSON.stringify(error.toValue()));
  if (!isErrorValue(value)) throw new Error('not a value of an error');
  const { code, message, detail, remedy, win32 } = GatewayServiceError.fromValue(value);
  expect({ code, message, detail, remedy, win32 }).toEqual({
    code: error.code,
    message: error.message,
    detail: error.detail,
    remedy: error.remedy,
    win32: error.win32,
  });
});

it('a detail that is no text makes an error value invalid', () => {
  expect(isErrorValue({ ...new GatewayServiceError('busy').toValue(), detail: 7 })).toBe(false);
});
