/**
 * Admission to the browser shell. It listens on loopback, where every page in every browser of this computer can send requests. So the
 * Host header and the origin must be the shell's own (which excludes DNS rebinding), and an API request must carry this run's token.
 * Pure: the head of a request in, a route or a refusal out.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { VERB_NAMES, type Verb } from '../../src/desktop/ipc.ts';

/** The head of a request, as Node gives it. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

export interface Listener {
  readonly port: number;
  readonly token: string;
}

type Route =
  | { readonly to: 'page'; readonly path: string }
  | { readonly to: 'events' }
  | { readonly to: 'verb'; readonly verb: Verb }
  | { readonly to: 'try' };

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 500;
  /** Sent as the body of the answer. */
  readonly message: string;
}

export type Admission = Route | Refusal;

export const NOT_FOUND: Refusal = { status: 404, message: 'This address does not exist.' };
const FOREIGN: Refusal = { status: 403, message: 'Only the page of this address may send requests to it.' };
const NO_TOKEN: Refusal = { status: 401, message: 'The token is missing or wrong. Open the whole address that was printed at the start.' };
const WRONG_METHOD: Refusal = { status: 405, message: 'This address does not support this method.' };
const NOT_JSON: Refusal = { status: 415, message: 'The body is not JSON. Send it with the content type application/json.' };

export function isRefusal(admission: Admission): admission is Refusal {
  return 'status' in admission;
}

/** The page and its assets contain no secret and need no token, so that a page can be reloaded. A wrong token is always refused. */
export function admit(head: RequestHead, listener: Listener): Admission {
  if (!isOurHost(head.host, listener) || !isOurOrigin(head.origin, listener)) return FOREIGN;
  const [path = '', query = ''] = split(head.url);
  const inAddress = new URLSearchParams(query).get('token');
  if (!path.startsWith('/api/')) {
    if (inAddress !== null && !isToken(inAddress, listener)) return NO_TOKEN;
    return head.method === 'GET' ? { to: 'page', path } : WRONG_METHOD;
  }

  const events = path === '/api/events';
  const given = events ? inAddress : head.authorization?.replace(/^Bearer /, '');
  if (!isToken(given ?? '', listener)) return NO_TOKEN;
  const route = events ? ({ to: 'events' } as const) : verbRoute(path.slice('/api/'.length));
  if (!route) return NOT_FOUND;
  if (head.method !== (events ? 'GET' : 'POST')) return WRONG_METHOD;
  if (!events && head.contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') return NOT_JSON;
  return route;
}

function verbRoute(name: string): Route | undefined {
  if (name === 'try') return { to: 'try' };
  const verb = VERB_NAMES.find(each => each === name);
  return verb && { to: 'verb', verb };
}

const hostsOf = ({ port }: Listener) => [`127.0.0.1:${port}`, `localhost:${port}`];

/** With DNS rebinding, the Host header has the name of the attacker. */
function isOurHost(host: string | undefined, listener: Listener): boolean {
  return host !== undefined && hostsOf(listener).includes(host.toLowerCase());
}

/** Browsers send the origin of the page; a GET of the same origin, or a program that is no browser, may omit it. */
function isOurOrigin(origin: string | undefined, listener: Listener): boolean {
  return origin === undefined || hostsOf(listener).some(host => origin === `http://${host}`);
}

/** Compares in constant time, for any length. */
function isToken(given: string, { token }: Listener): boolean {
  return timingSafeEqual(sha256(given), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Path and query as sent. Nothing is decoded or resolved, and paths are looked up exactly, so there is no path traversal. */
function split(url: string): [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
