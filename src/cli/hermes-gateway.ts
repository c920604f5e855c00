#!/usr/bin/env node
/** The main file of every process of this module: internal verbs first, else the public command line. */

import { runInternalVerb } from './internal-verbs.ts';

// A program that ends before it has answered has failed.
process.exitCode = 1;

async function main(argv: readonly string[]): Promise<number> {
  return (await runInternalVerb(argv)) ?? (await import('./composition.ts')).runProgram(argv);
}

main(process.argv.slice(2)).then(
  code => process.exit(code),
  error => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
