#!/usr/bin/env node
/** The entry of every process of this module: internal verbs first, the public command line otherwise. */

import { runInternalVerb } from './internal-verbs.ts';

const code = await runInternalVerb(process.argv.slice(2));
if (code !== undefined) process.exit(code);
