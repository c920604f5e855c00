// Which processes are ours, by their arguments. The folder of the checkout may be called "hermes-gateway-service", so only whole file names
// count: the test runner, npm and the command line that names a gateway in its options are none.
import path from 'node:path';

const GATEWAYS = /^(busy-)?gateway\.mjs$/i;
const PROGRAMS = /^(hermes-gateway(-host)?\.exe|hermes-gateway\.cjs|(busy-)?gateway\.mjs|gateway-with-shell\.mjs)$/i;

const names = (argv: readonly string[], files: RegExp): boolean => argv.some(argument => files.test(path.win32.basename(argument)));

/** The host, the command line, or a gateway that the suite started. */
export const isOurProcess = (argv: readonly string[]): boolean => names(argv, PROGRAMS);

/** A gateway, and not the process that prints its help. */
export const isOurGateway = (argv: readonly string[]): boolean => names(argv, GATEWAYS) && argv.includes('run') && !argv.includes('--help');
