/** The version of this program. A constant, because a single executable has no package.json beside it; a test compares the two. */
export const VERSION = '0.1.0';
