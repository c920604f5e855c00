/** Where the documentation explains a problem. */

import type { ProblemCode } from './problems.ts';

/** A constant, because a single executable has no package.json beside it; a test compares both. */
const REPOSITORY = 'https://github.com/NousResearch/hermes-gateway-service';

export const problemPage = (code: ProblemCode): string => `${REPOSITORY}/blob/main/docs/problems.md#${code}`;
