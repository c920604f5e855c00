/** "Also before you sign in": what each choice means. */

import type { ShownBeforeSignIn } from '../model/before-sign-in.ts';

const MISSING =
  'Until then it has no desktop, nothing that Windows keeps for you (saved passwords, protected keys, network sign-ins), and no mapped drives.';

export const beforeSignInEn = {
  title: 'Also before you sign in',
  no: `Starts the gateway with Windows, before anybody signs in. ${MISSING} An administrator has to agree once.`,
  yes: `The gateway starts with Windows, before anybody signs in, and moves to your session when you do. ${MISSING}`,
  stay: `The gateway starts with Windows, before anybody signs in, and stays outside of your session. ${MISSING}`,
  unavailable: 'Not available for your account: Windows can start nothing for an account of Entra ID before it signs in.',
} satisfies Record<ShownBeforeSignIn | 'title', string>;
