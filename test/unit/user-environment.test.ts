// Variables in a value of the registry.
import { expect, it } from 'vitest';
import { expandVariables } from '../../src/windows/user-environment.ts';

const env = { LOCALAPPDATA: 'C:\\Users\\Jo\\AppData\\Local', Drive: 'D:' };

it.each([
  ['%LOCALAPPDATA%\\hermes', 'C:\\Users\\Jo\\AppData\\Local\\hermes'],
  ['%LocalAppData%\\hermes', 'C:\\Users\\Jo\\AppData\\Local\\hermes'],
  ['%DRIVE%\\100%', 'D:\\100%'],
  ['%NOT_SET%\\hermes', '%NOT_SET%\\hermes'],
  ['E:\\hermes', 'E:\\hermes'],
])('expands %j to %j', (text, expanded) => {
  expect(expandVariables(text, env)).toBe(expanded);
});
