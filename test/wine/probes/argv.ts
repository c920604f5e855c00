// What CommandLineToArgvW itself makes of the lines in C:\lines.json.
import { readFileSync } from 'node:fs';
import koffi from 'koffi';
import { localFree } from '../../../src/windows/handle.ts';
import { declare } from '../../../src/windows/library.ts';
import { HANDLE, out, WIDE } from '../../../src/windows/types.ts';

const shell32 = declare('shell32.dll', { CommandLineToArgvW: [HANDLE, WIDE, out('int')] });

const lines = JSON.parse(readFileSync('C:\\lines.json', 'utf8')) as string[];
const answers = lines.map(line => {
  const count: [number] = [0];
  const { result: argv } = shell32.CommandLineToArgvW(line, count);
  const words = koffi.decode(argv, koffi.array('str16', count[0])) as string[];
  localFree(argv);
  return words;
});
console.log(JSON.stringify(answers));
