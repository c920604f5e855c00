// Has a shell of this process start a program: shell PROGRAM PARAMETERS. It is the interface that the desktop's shell has, too.
import { CLSCTX, guid, withCom, withInstance } from '../../../src/windows/com.ts';
import { IID_SHELL_DISPATCH_2, startWith } from '../../../src/windows/explorer.ts';

const CLSID_SHELL = guid('13709620-C279-11CE-A49E-444553540000');

const [, , program = '', parameters = ''] = process.argv;
const start = { program, parameters, cwd: 'C:\\' };
withCom(() => withInstance(CLSID_SHELL, IID_SHELL_DISPATCH_2, CLSCTX.inProcess, shell => startWith(shell, start)));
console.log(JSON.stringify('started'));
