// Every test worker begins with this: it has one processor, in turn, and a plain environment.
import '../../scripts/plain-environment.mjs';
import { allowedProcessors, keepTo } from './processors.ts';

const processors = allowedProcessors();
const mine = processors[Number(process.env['VITEST_POOL_ID'] ?? 0) % processors.length];
if (mine !== undefined) keepTo([mine]);
