/** The error that nothing expected: the one row of the table that a page brings along, for a call that does not reach the main process. */

export const INTERNAL_ERROR = { message: 'An unexpected error occurred.', remedy: 'Copy the details into a bug report.' } as const;
