/** Whether the service also runs while its owner is not signed in, which is off unless an administrator has consented to it. */

/** `no`; `yes`: until the owner signs in, whose session it then moves to; `stay`: it stays outside of that session. */
export const BEFORE_SIGN_IN = ['no', 'yes', 'stay'] as const;

export type BeforeSignIn = (typeof BEFORE_SIGN_IN)[number];

/** What a status shows: `unavailable` for an account that cannot have it. */
export type ShownBeforeSignIn = BeforeSignIn | 'unavailable';

export const isBeforeSignIn = (value: unknown): value is BeforeSignIn => (BEFORE_SIGN_IN as readonly unknown[]).includes(value);

/** The accounts of Entra ID: Windows makes no token of one without its password. */
const ENTRA_ID = 'S-1-12-1-';

/** Whether Windows can make a token of this user without a password. @param user a SID in its text form */
export const mayRunBeforeSignIn = (user: string): boolean => !user.startsWith(ENTRA_ID);
