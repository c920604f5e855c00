// Another user who holds the name of an elevated step: takes the mutex, makes C:\held, and keeps it until somebody removes that.
import { existsSync, writeFileSync } from 'node:fs';
import { ELEVATED_MUTEX } from '../../../src/model/elevation.ts';
import { opened } from '../../../src/windows/handle.ts';
import { declare } from '../../../src/windows/library.ts';
import { withSecurityAttributes } from '../../../src/windows/security-attributes.ts';
import { BOOL, POINTER, pointerTo, SECURITY_ATTRIBUTES, WIDE } from '../../../src/windows/types.ts';

const kernel32 = declare('kernel32.dll', { CreateMutexW: [POINTER, pointerTo(SECURITY_ATTRIBUTES), BOOL, WIDE] });

withSecurityAttributes('O:S-1-5-21-1-2-3-1002D:P(A;;GA;;;WD)', attributes => opened(kernel32.CreateMutexW(attributes, 1, ELEVATED_MUTEX)));
writeFileSync('C:\\held', 'held');
const timer = setInterval(() => existsSync('C:\\held') || clearInterval(timer), 50);
console.log('{}');
