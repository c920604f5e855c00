/** The app's own scheme: serves a fixed table of files under a content security policy, and reaches no other file or page of the web. */

import { type PageFile, readPages } from './page-files.ts';
import { isOwnUrl } from './window-policy.ts';

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The handler for `protocol.handle`. @throws GatewayServiceError `internal` where the page was not built */
export function openPages(folder: string): (request: { readonly method: string; readonly url: string }) => Response {
  const pages = readPages(folder);
  return ({ method, url }) => {
    const file = method === 'GET' && isOwnUrl(url) ? pages.get(new URL(url).pathname) : undefined;
    return file ? found(file) : new Response(null, { status: 404, headers: HEADERS });
  };
}

function found({ body, contentType }: PageFile): Response {
  return new Response(new Uint8Array(body), { headers: { ...HEADERS, 'content-type': contentType } });
}
