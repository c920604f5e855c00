/** The question before a change, and the lines of its receipt. */

import type { Receipt, ReceiptRow } from '../model/receipt.ts';
import type { Mechanism } from '../model/status.ts';

/** What a mechanism does for the user, and what it does not. */
export const MEANING: Readonly<Record<Mechanism, string>> = {
  service:
    'The gateway runs in your own Windows session, with your files and sign-ins. It starts when you sign in and ends when you sign out. Other users cannot use it.',
  startup:
    'The gateway starts when you sign in, is restarted if it stops, and ends when you sign out. No administrator is needed. Windows does not monitor it: if all its processes are ended at once, it starts again at your next sign-in.',
  embedded: 'The gateway runs until you sign out and is restarted if it stops.',
  none: 'The gateway runs only while something else starts it.',
};

const CONFIRM_SERVICE = {
  install: 'Run the gateway as a service?',
  uninstall: 'Stop running the gateway as a service?',
  repair: 'Repair the gateway service?',
};
const CONFIRM_SIGN_IN = {
  install: 'Start the gateway when you sign in?',
  uninstall: 'Stop starting the gateway when you sign in?',
  repair: 'Repair the gateway service?',
};
const CONFIRM = { install: 'Turn on', uninstall: 'Turn off', repair: 'Repair' };

const BENEFIT = 'Your bots keep answering when Hermes is closed, also after a crash.';

const REPAIRED = 'This restores changed settings and removes leftovers. A running gateway is not restarted.';

/** An item that is created while the service is removed is the one that the service had replaced. */
const turnedOff = (rows: readonly ReceiptRow[]) =>
  rows.some(row => row.action === 'create')
    ? 'Your bots stop answering. The program that started the gateway before is set up again.'
    : 'Your bots stop answering.';

/** The verb of a receipt's line. Where verb and noun do not fit together, RECEIPT_WORDS has the text. */
const RECEIPT_VERBS: Readonly<Record<ReceiptRow['action'], string>> = {
  create: 'Create',
  change: 'Change',
  remove: 'Remove',
  keep: 'Keep',
  start: 'Start',
  stop: 'Stop',
};

const RECEIPT_NOUNS: Readonly<Record<ReceiptRow['kind'], string>> = {
  folder: 'folder',
  file: 'file',
  registry: 'registry key',
  service: 'service',
  right: 'right',
  ladder: 'restart delays',
  'startup-entry': 'Startup entry',
  task: 'scheduled task',
  process: 'process',
};

const RECEIPT_WORDS: Readonly<Record<string, string>> = {
  'create right': 'Grant right',
  'remove right': 'Withdraw right',
  'create ladder': 'Set restart delays',
};

export const receiptWhat = ({ action, kind }: ReceiptRow) =>
  RECEIPT_WORDS[`${action} ${kind}`] ?? `${RECEIPT_VERBS[action]} ${RECEIPT_NOUNS[kind]}`;

/** The question before a change. */
export interface ConfirmText {
  readonly title: string;
  /** What it means for the user: what the gateway can and cannot do afterwards. */
  readonly body: string;
  /** The heading above the receipt's lines. */
  readonly changes: string;
  /** Shows the receipt's lines; absent where they are shown from the beginning. */
  readonly unfold?: string;
  readonly confirm: string;
  readonly cancel: string;
  /** Shown beside the button that asks for an administrator: what the prompt of Windows names. */
  readonly elevated?: string;
  /** The answer that has the focus: the one that keeps the gateway running. */
  readonly focus: 'confirm' | 'cancel';
}

/** Windows itself starts the step that needs an administrator, in every build of the app. */
const PROMPT =
  'Windows will ask for an administrator, once. The prompt names the program "Windows Command Processor" and the publisher "Microsoft Windows".';

export const confirm = ({ verb, mechanism, elevated, rows }: Receipt): ConfirmText => ({
  title: mechanism === 'startup' ? CONFIRM_SIGN_IN[verb] : CONFIRM_SERVICE[verb],
  body: verb === 'install' ? `${BENEFIT} ${MEANING[mechanism]}` : verb === 'uninstall' ? turnedOff(rows) : REPAIRED,
  changes: 'This changes:',
  ...(verb !== 'repair' && { unfold: rows.length === 1 ? 'Show the change' : `Show all ${rows.length} changes` }),
  confirm: CONFIRM[verb],
  cancel: rows.some(({ note }) => note?.code === 'packaged-in-charge') ? 'Leave it in charge' : 'Cancel',
  ...(elevated && { elevated: PROMPT }),
  focus: verb === 'uninstall' ? 'cancel' : 'confirm',
});
