/** The texts of the app's setting "Open this app when you sign in", which is not one of the gateway. */

export const loginItemEn = {
  title: 'Open this app when you sign in',
  description: 'Shows only its icon in the notification area. The gateway runs without it.',
  failed: 'This could not be changed.',
};
