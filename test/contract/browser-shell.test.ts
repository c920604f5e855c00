// The browser shell over real sockets: what it serves, what it refuses, and its pushes. Behind it are a real controller and
// a real manager in a temporary trial.
import { readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserShell, openBrowserShell } from '../../demo/story/browser.ts';
import type { ConsentState } from '../../demo/story/consent-stand-in.ts';
import { openPosixSystem } from '../../demo/story/posix-system.ts';
import { openTrial, type Trial } from '../../demo/story/trial.ts';
import type { TryIt } from '../../demo/story/try-it.ts';
import type { Reply, Snapshot } from '../../src/desktop/ipc.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = path.join(ROOT, 'dist/demo/page');

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

let trial: Trial;
let shell: BrowserShell;
/** Watches of the manager that are open now. */
let watching = 0;
const tried: TryIt[] = [];

beforeAll(() => {
  trial = openTrial(openPosixSystem({ gateway: 'sample', root: ROOT }));
  const watch = trial.manager.watch.bind(trial.manager);
  trial.manager.watch = (identity, listener) => {
    watching += 1;
    const unwatch = watch(identity, listener);
    return () => {
      watching -= 1;
      unwatch();
    };
  };
});
afterAll(async () => {
  expect(await trial.dispose()).toEqual([]);
});

beforeEach(async () => {
  const attempt = async (what: TryIt) => {
    tried.push(what);
    return trial.attempt(what);
  };
  shell = await openBrowserShell({ controller: trial.controller, attempt, consent: trial.consent, pages: PAGES, heartbeatMs: 50 });
});
afterEach(() => shell.close());

const port = () => Number(new URL(shell.url).port);
const token = () => new URL(shell.url).searchParams.get('token') ?? '';

/** Sends one request with the path unchanged. */
function ask(options: http.RequestOptions, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: port(), agent: false, ...options }, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function askVerb(verb: string, body: string, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
  const own = { authorization: `Bearer ${token()}`, 'content-type': 'application/json' };
  return ask({ method: 'POST', path: `/api/${verb}`, headers: { ...own, ...headers } }, body);
}

async function reply(verb: string, payload: unknown): Promise<Reply<Snapshot>> {
  return JSON.parse((await askVerb(verb, JSON.stringify(payload))).text) as Reply<Snapshot>;
}

class Events {
  readonly snapshots: Snapshot[] = [];
  readonly consents: ConsentState[] = [];
  comments = 0;
  readonly #request: http.ClientRequest;

  constructor() {
    this.#request = http.get({ host: '127.0.0.1', port: port(), path: `/api/events?token=${token()}`, agent: false }, response => {
      let rest = '';
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.on('data', chunk => {
        const messages = (rest + chunk).split('\n\n');
        rest = messages.pop() ?? '';
        for (const message of messages) {
          if (message.startsWith('data: ')) this.snapshots.push(JSON.parse(message.slice('data: '.length)) as Snapshot);
          else if (message.startsWith('event: consent\n')) this.consents.push(JSON.parse(message.slice('event: consent\ndata: '.length)));
          else this.comments += 1;
        }
      });
    });
    this.#request.on('error', () => undefined);
  }

  close(): void {
    this.#request.destroy();
  }
}

describe('served files', () => {
  it('serves the page with and without its token, and every file that the page needs', async () => {
    for (const address of [`/?token=${token()}`, '/', '/index.html']) {
      const page = await ask({ path: address });
      expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    }
    for (const name of readdirSync(path.join(PAGES, 'assets')))
      expect(await ask({ path: `/assets/${name}` })).toMatchObject({ status: 200 });
  });

  it('sends headers that forbid other sites to use, frame or cache every response', async () => {
    for (const answer of [await ask({ path: '/' }), await ask({ path: '/nothing' }), await askVerb('get', '{}')]) {
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('creates a new 256-bit token at every start', async () => {
    const other = await openBrowserShell({ controller: trial.controller, attempt: trial.attempt, pages: PAGES });
    await other.close();
    expect(Buffer.from(token(), 'base64url')).toHaveLength(32);
    expect(new URL(other.url).searchParams.get('token')).not.toBe(token());
  });

  it('refuses to open when the pages are not built, and names the build command', async () => {
    await expect(openBrowserShell({ controller: trial.controller, attempt: trial.attempt, pages: trial.folder })).rejects.toMatchObject({
      remedy: 'Build it with "npm run build".',
    });
  });
});

describe('refused requests', () => {
  it.each([
    ['/../package.json'],
    ['/assets/../../../package.json'],
    ['/%2e%2e/package.json'],
    ['/..%2fpackage.json'],
    ['/..\\package.json'],
    ['//etc/passwd'],
    ['/assets/'],
    ['/index.html%00'],
  ])('refuses a path that is no file of the page: %s', async address => {
    expect(await ask({ path: address })).toMatchObject({ status: 404, text: 'This address does not exist.\n' });
  });

  it('refuses a verb without the token or with another token, with a plain message', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token()}`]) {
      const answer = await askVerb('get', '{}', { authorization });
      expect(answer).toMatchObject({ status: 401, headers: { 'content-type': 'text/plain; charset=utf-8' } });
      expect(answer.text).toMatch(/^[A-Z].*\.\n$/);
    }
    expect(await ask({ path: '/api/events' })).toMatchObject({ status: 401 });
    expect(await ask({ path: '/?token=wrong' })).toMatchObject({ status: 401 });
  });

  it('refuses another Host header and another origin even with the token', async () => {
    expect(await askVerb('get', '{}', { host: `evil.example:${port()}` })).toMatchObject({ status: 403 });
    expect(await askVerb('get', '{}', { origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await ask({ path: `/api/events?token=${token()}`, headers: { origin: 'null' } })).toMatchObject({ status: 403 });
  });

  it('refuses an unknown verb, a wrong method and a form', async () => {
    expect(await askVerb('format', '{}')).toMatchObject({ status: 404 });
    expect(await askVerb('get', '{}', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await ask({ method: 'DELETE', path: '/' })).toMatchObject({ status: 405 });
  });

  it('refuses a request body that is too large', async () => {
    expect(await askVerb('get', JSON.stringify({ profile: 'x'.repeat(300_000) }))).toMatchObject({ status: 413 });
  });

  it.each([
    ['get', ''],
    ['get', '{'],
    ['get', 'null'],
    ['get', '["default"]'],
    ['get', '{"profile":7}'],
    ['set', '{"profile":"default"}'],
    ['set', '{"profile":"default","on":"yes"}'],
    ['start', '{"profile":"default","__proto__":{"on":true},"more":1}'],
    ['logs', '{"profile":"default","lines":1e9}'],
    ['try', '{"what":"format"}'],
    ['try', '{"what":"kill","more":1}'],
    ['try', '7'],
  ])('answers an invalid request to %s (%s) with an error value that shows no internals', async (verb, body) => {
    const answer = await askVerb(verb, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(answer.text).not.toMatch(/\.ts|\.js|\bat /);
    expect(tried).toEqual([]);
    expect((await trial.manager.status(trial.identity)).phase).toBe('not-installed');
  });

  it('refuses to open settings or the update of an app where it cannot', async () => {
    for (const verb of ['openSignInOptions', 'updateHermes'] as const)
      expect(await reply(verb, { profile: 'default' })).toMatchObject({ ok: false, error: { code: 'unsupported' } });
  });

  it('refuses to reveal a file where there is no file manager', async () => {
    for (const verb of ['reveal', 'showConfiguration'] as const)
      expect(await reply(verb, { profile: 'default' })).toMatchObject({ ok: false, error: { code: 'unsupported' } });
    expect(await reply('reveal', { profile: 'default', path: '/etc/passwd' })).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('refuses a profile that does not exist', async () => {
    expect(await reply('get', { profile: 'nobody' })).toMatchObject({ ok: false, error: { code: 'profile-missing' } });
  });

  it('refuses to simulate a fault of a gateway that does not run, and gives a remedy', async () => {
    expect(await reply('try', { what: 'kill' })).toMatchObject({ ok: false, error: { code: 'service-not-running' } });
    tried.length = 0;
  });

  it('refuses a request that is not valid HTTP and keeps serving', async () => {
    expect(await ask({ method: 'GET', path: '/', headers: { 'content-length': 'x' } }).catch(() => 'hung up')).toSatisfy(
      (answer: Answer | string) => typeof answer === 'string' || answer.status === 400,
    );
    expect(await reply('get', {})).toMatchObject({ ok: true });
  });
});

describe('pushes to the pages', () => {
  it('sends the state to every page at once and after every change', async () => {
    const [one, other] = [new Events(), new Events()];
    await expect
      .poll(() => [one.snapshots.at(-1)?.status.phase, other.snapshots.at(-1)?.status.phase])
      .toEqual(['not-installed', 'not-installed']);
    expect(await reply('set', { profile: 'default', on: true })).toMatchObject({ ok: true, value: { status: { phase: 'running' } } });
    for (const page of [one, other]) {
      const last = () => page.snapshots.at(-1);
      await expect.poll(() => [last()?.status.phase, last()?.operation]).toEqual(['running', undefined]);
      expect(page.snapshots.some(({ operation }) => operation?.verb === 'install')).toBe(true);
    }
    one.close();
    expect(await reply('set', { profile: 'default', on: false })).toMatchObject({
      ok: true,
      value: { status: { phase: 'not-installed' } },
    });
    await expect.poll(() => other.snapshots.at(-1)?.status.phase).toBe('not-installed');
    other.close();
  });

  it('shows the simulated UAC question on every page and accepts the answer of each', async () => {
    const page = new Events();
    await reply('try', { what: 'consent-on' });
    await expect.poll(() => page.consents.at(-1)).toEqual({ required: true, asking: false });
    const turned = reply('set', { profile: 'default', on: true });
    await expect.poll(() => page.consents.at(-1)).toEqual({ required: true, asking: true });
    await expect.poll(() => page.snapshots.at(-1)?.operation?.step).toBe('consent');
    await reply('try', { what: 'consent-no' });
    expect(await turned).toMatchObject({ ok: false, error: { code: 'consent-declined' } });
    await reply('try', { what: 'consent-off' });
    await expect.poll(() => page.consents.at(-1)).toEqual({ required: false, asking: false });
    page.close();
    tried.length = 0;
  });

  it('watches nothing after the last page is closed', async () => {
    expect(watching).toBe(0);
    const [one, other] = [new Events(), new Events()];
    await expect.poll(() => one.snapshots.length > 0 && other.snapshots.length > 0).toBe(true);
    expect(watching).toBe(1);
    one.close();
    await expect.poll(() => other.comments).toBeGreaterThan(0);
    expect(watching).toBe(1);
    other.close();
    await expect.poll(() => watching).toBe(0);
  });

  it('keeps a silent event stream open with comments', async () => {
    const page = new Events();
    await expect.poll(() => page.comments).toBeGreaterThan(1);
    page.close();
  });

  it('ends the event stream when the shell closes', async () => {
    const page = new Events();
    await expect.poll(() => page.snapshots.length).toBeGreaterThan(0);
    await shell.close();
    await expect.poll(() => watching).toBe(0);
    shell = await openBrowserShell({ controller: trial.controller, attempt: trial.attempt, pages: PAGES });
  });
});
