// Which requests the browser shell admits: a table of request heads.
import { describe, expect, it } from 'vitest';
import { type Admission, admit, isRefusal, type RequestHead } from '../../demo/story/browser-guard.ts';

const TOKEN = 'T'.repeat(43);
const DOOR = { port: 4242, token: TOKEN };
const PAGE: RequestHead = {
  method: 'GET',
  url: '/',
  host: '127.0.0.1:4242',
  origin: undefined,
  authorization: undefined,
  contentType: undefined,
};
const VERB: RequestHead = { ...PAGE, method: 'POST', url: '/api/get', authorization: `Bearer ${TOKEN}`, contentType: 'application/json' };
const EVENTS: RequestHead = { ...PAGE, url: `/api/events?token=${TOKEN}` };

function outcome(admission: Admission): string | number {
  return isRefusal(admission) ? admission.status : admission.to;
}

describe('admission of requests', () => {
  it.each<[string, RequestHead, string | number]>([
    ['the page', PAGE, 'page'],
    ['the page with its token', { ...PAGE, url: `/?token=${TOKEN}` }, 'page'],
    ['the page at localhost', { ...PAGE, host: 'localhost:4242' }, 'page'],
    ['a verb of our page', { ...VERB, origin: 'http://127.0.0.1:4242' }, 'verb'],
    ['a verb of a program, which has no origin', VERB, 'verb'],
    ['JSON with a charset', { ...VERB, contentType: 'Application/JSON; charset=utf-8' }, 'verb'],
    ['a simulated fault', { ...VERB, url: '/api/try' }, 'try'],
    ['events', EVENTS, 'events'],
  ])('admits %s', (_what, head, expected) => {
    expect(outcome(admit(head, DOOR))).toBe(expected);
  });

  it.each<[string, RequestHead, number]>([
    ['a foreign host name that resolves to this address', { ...VERB, host: 'evil.example:4242' }, 403],
    ['our address at another port', { ...VERB, host: '127.0.0.1:4243' }, 403],
    ['no host at all', { ...VERB, host: undefined }, 403],
    ['another page', { ...VERB, origin: 'http://evil.example' }, 403],
    ['another page on this computer', { ...VERB, origin: 'http://127.0.0.1:8080' }, 403],
    ['a page with a null origin', { ...VERB, origin: 'null' }, 403],
    ['our name over another protocol', { ...VERB, origin: 'https://127.0.0.1:4242' }, 403],
    ['the page asked for by another page', { ...PAGE, origin: 'http://evil.example' }, 403],
    ['the page with a wrong token', { ...PAGE, url: '/?token=wrong' }, 401],
    ['a verb without a token', { ...VERB, authorization: undefined }, 401],
    ['a verb with a wrong token of the same length', { ...VERB, authorization: `Bearer ${'U'.repeat(43)}` }, 401],
    ['a verb with the beginning of the token', { ...VERB, authorization: 'Bearer TTTT' }, 401],
    ['a verb whose token is in the address', { ...VERB, authorization: undefined, url: `/api/get?token=${TOKEN}` }, 401],
    ['events without a token', { ...EVENTS, url: '/api/events' }, 401],
    ['events whose token is in a header', { ...EVENTS, url: '/api/events', authorization: `Bearer ${TOKEN}` }, 401],
    ['an unknown verb without a token, as unauthorized', { ...VERB, authorization: undefined, url: '/api/format' }, 401],
    ['an unknown verb', { ...VERB, url: '/api/format' }, 404],
    ['a property of every object as a verb', { ...VERB, url: '/api/constructor' }, 404],
    ['a verb asked with GET', { ...VERB, method: 'GET' }, 405],
    ['events asked with POST', { ...EVENTS, method: 'POST' }, 405],
    ['a page asked with PUT', { ...PAGE, method: 'PUT' }, 405],
    ['a form', { ...VERB, contentType: 'text/plain' }, 415],
    ['a body of no type', { ...VERB, contentType: undefined }, 415],
  ])('refuses %s', (_what, head, expected) => {
    expect(outcome(admit(head, DOOR))).toBe(expected);
  });

  it('refuses with a single sentence', () => {
    const admission = admit({ ...VERB, authorization: undefined }, DOOR);
    expect(isRefusal(admission) && admission.message).toMatch(/^[A-Z][^\n]*\.$/);
  });
});
