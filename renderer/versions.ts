/** The versions that a page can tell by itself, for "copy details". */

export const VERSIONS = { 'user agent': navigator.userAgent };
