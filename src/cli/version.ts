/** The version of this program: a constant, because a single executable has no package.json beside it; a test compares both. */
export const VERSION = '0.1.0';
