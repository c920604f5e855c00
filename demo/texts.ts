/** The texts around the panel, in English only. */

export const TEXTS = {
  title: 'Try it',
  hint: 'A stand-in for what can happen to a gateway. Not part of the app.',
  kill: 'Kill',
  'exit-75': 'Exit 75',
  'exit-78': 'Exit 78',
  repair: 'Repair',
  hang: 'Hang',
  update: 'Update',
  consent: 'Ask for an administrator',
  consentTitle: 'Do you want to allow this app to make changes to your device?',
  consentHint: 'A stand-in for the Windows dialog. Nothing is elevated here.',
  consentYes: 'Yes',
  consentNo: 'No',
  consentNever: 'Leave it unanswered',
  tray: 'Notification area',
  trayHint: 'A stand-in for the icon in the taskbar.',
  connectionLost: {
    message: 'The connection to the gateway service is lost.',
    remedy: 'The state below may be out of date. The page reconnects by itself. If you started the demo again, open its new address.',
  },
  noToken: {
    message: 'This page was opened without the token of its address.',
    remedy: 'Open the whole address that "npm start" printed. Each start prints a new one.',
  },
};
