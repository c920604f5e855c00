// A program that has a file open and shares it with none, as a scanner does: hold-file FILE. Makes C:\held, and lets go when C:\let-go appears.
import { existsSync, writeFileSync } from 'node:fs';
import { GENERIC_READ, openFile } from '../../../src/windows/file.ts';
import { closeHandle, opened } from '../../../src/windows/handle.ts';

const file = opened(openFile(process.argv[2] ?? '', GENERIC_READ, 0, 0));
writeFileSync('C:\\held', 'held');
const nobody = new Int32Array(new SharedArrayBuffer(4));
while (!existsSync('C:\\let-go')) Atomics.wait(nobody, 0, 0, 50);
closeHandle(file);
