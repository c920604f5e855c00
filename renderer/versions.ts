/** The versions that a page can read itself, for "Copy details". */

export const VERSIONS = { 'user agent': navigator.userAgent };
