/**
 * Who may talk to the browser shell. It listens on loopback, where every page of every browser on this computer can knock: so the host
 * must be ours (a rebound name is not), the page must be ours, and whoever asks for anything must hold the token of this run.
 * Pure: a request's head goes in, a route or a refusal comes out.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { VERB_NAMES, type Verb } from '../../src/desktop/ipc.ts';

/** The head of a request, as Node gives it. */
export interface Knock {
  readonly method: string;
  readonly url: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

export interface Door {
  readonly port: number;
  readonly token: string;
}

export type Route =
  | { readonly to: 'page'; readonly path: string }
  | { readonly to: 'events' }
  | { readonly to: 'verb'; readonly verb: Verb }
  | { readonly to: 'try' };

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 500;
  /** A plain sentence: all that a stranger is told. */
  readonly message: string;
}

export type Admission = Route | Refusal;

export const NOT_FOUND: Refusal = { status: 404, message: 'There is nothing here.' };
const STRANGER: Refusal = { status: 403, message: 'This address is for its own page only.' };
const NO_TOKEN: Refusal = { status: 401, message: 'Open the whole address that was printed at the start: it ends in a token.' };
const WRONG_METHOD: Refusal = { status: 405, message: 'This cannot be asked in this way.' };
const NOT_JSON: Refusal = { status: 415, message: 'Send JSON, with the content type application/json.' };

export function isRefusal(admission: Admission): admission is Refusal {
  return 'status' in admission;
}

/** Page and assets are the same for everybody and open without a token, so that a page may be loaded anew; a wrong token opens nothing. */
export function admit(knock: Knock, door: Door): Admission {
  if (!isOurHost(knock.host, door) || !isOurOrigin(knock.origin, door)) return STRANGER;
  const [path = '', query = ''] = split(knock.url);
  const inAddress = new URLSearchParams(query).get('token');
  if (!path.startsWith('/api/')) {
    if (inAddress !== null && !isToken(inAddress, door)) return NO_TOKEN;
    return knock.method === 'GET' ? { to: 'page', path } : WRONG_METHOD;
  }

  const events = path === '/api/events';
  const given = events ? inAddress : knock.authorization?.replace(/^Bearer /, '');
  if (!isToken(given ?? '', door)) return NO_TOKEN;
  const route = events ? ({ to: 'events' } as const) : verbRoute(path.slice('/api/'.length));
  if (!route) return NOT_FOUND;
  if (knock.method !== (events ? 'GET' : 'POST')) return WRONG_METHOD;
  if (!events && knock.contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') return NOT_JSON;
  return route;
}

function verbRoute(name: string): Route | undefined {
  if (name === 'try') return { to: 'try' };
  const verb = VERB_NAMES.find(each => each === name);
  return verb && { to: 'verb', verb };
}

const hostsOf = ({ port }: Door) => [`127.0.0.1:${port}`, `localhost:${port}`];

/** A name that was made to point here (DNS rebinding) says itself in the Host header. */
function isOurHost(host: string | undefined, door: Door): boolean {
  return host !== undefined && hostsOf(door).includes(host.toLowerCase());
}

/** Browsers name the page that asks; a GET of the same origin, and whatever is no browser, may leave it out. */
function isOurOrigin(origin: string | undefined, door: Door): boolean {
  return origin === undefined || hostsOf(door).some(host => origin === `http://${host}`);
}

/** In constant time, whatever the length. */
function isToken(given: string, { token }: Door): boolean {
  return timingSafeEqual(sha256(given), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Path and query as they were sent: nothing is decoded or resolved, so nothing can climb out of a table of exact paths. */
function split(url: string): [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
