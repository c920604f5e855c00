/**
 * The shell without Electron: shows the panel in any browser of this computer, over HTTP on loopback. The controller of the app answers
 * the verbs, and snapshots are sent as server-sent events. While no page is open, nothing is watched and no timer runs.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from 'valibot';
import { readPages } from '../../main/page-files.ts';
import type { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Reply, Snapshot } from '../../src/desktop/ipc.ts';
import { shownError } from '../../src/desktop/shown-error.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { admit, isRefusal, type Listener, NOT_FOUND, type Refusal } from './browser-guard.ts';
import type { ConsentStandIn } from './consent-stand-in.ts';
import { TRIES, type TryIt } from './try-it.ts';

export interface BrowserShellOptions {
  readonly controller: Pick<GatewayServiceController, 'handle' | 'onChanged'>;
  /** Does something to the gateway; resolves with the snapshot afterwards. */
  readonly attempt: (what: TryIt) => Promise<Snapshot>;
  /** Its changes are sent to every page, which shows the question. */
  readonly consent?: Pick<ConsentStandIn, 'onChanged'>;
  /** Folder of the built page. */
  readonly pages: string;
  /** Idle time after which a comment is sent to an open page, so that no proxy closes the stream. Milliseconds, default 25,000. */
  readonly heartbeatMs?: number;
}

export interface BrowserShell {
  /** The address to open: `http://127.0.0.1:<port>/?token=<token>`. */
  readonly url: string;
  /** Ends every stream and stops listening. */
  close(): Promise<void>;
}

const HEARTBEAT_MS = 25_000;
const MAX_BODY_BYTES = 64 * 1024;
/** The connection to a page that does not read is closed above this; the page opens its stream again when it is resumed. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const TOO_BIG: Refusal = { status: 413, message: 'The request is too large.' };
const BROKEN: Refusal = { status: 500, message: 'The request failed.' };

const TRY_REQUEST = v.strictObject({ what: v.picklist(TRIES) });

/** Listens on 127.0.0.1, at a port that the system chooses, with a new token. */
export async function openBrowserShell(options: BrowserShellOptions): Promise<BrowserShell> {
  const { controller, attempt, consent, heartbeatMs = HEARTBEAT_MS } = options;
  const pages = readPages(options.pages);
  const token = randomBytes(32).toString('base64url');
  const streams = new Set<() => void>();

  const server = http.createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const { port } = server.address() as AddressInfo;
    answer(request, response, { port, token }).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, BROKEN);
    });
  });

  async function answer(request: http.IncomingMessage, response: http.ServerResponse, listener: Listener): Promise<void> {
    const admission = admit(headOf(request), listener);
    if (isRefusal(admission)) return refuse(response, admission);
    switch (admission.to) {
      case 'page': {
        const file = pages.get(admission.path);
        return file ? send(response, 200, file.contentType, file.body) : refuse(response, NOT_FOUND);
      }
      case 'events':
        return stream(response);
      case 'verb':
      case 'try': {
        const text = await readBody(request);
        if (text === undefined) return refuse(response, TOO_BIG);
        const payload = parseJson(text);
        return reply(response, admission.to === 'try' ? await tried(attempt, payload) : await controller.handle(admission.verb, payload));
      }
    }
  }

  /** Sends a snapshot at once and after every change. The controller watches while at least one stream is open. */
  function stream(response: http.ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    response.flushHeaders();
    let heartbeat: NodeJS.Timeout;
    const write = (text: string) => {
      if (response.writableLength > MAX_UNREAD_BYTES) {
        response.destroy();
        return;
      }
      response.write(text);
      clearTimeout(heartbeat);
      heartbeat = setTimeout(() => write(':\n\n'), heartbeatMs);
    };
    const unsubscribe = controller.onChanged(snapshot => write(`data: ${JSON.stringify(snapshot)}\n\n`));
    const unsubscribeConsent = consent?.onChanged(state => write(`event: consent\ndata: ${JSON.stringify(state)}\n\n`));
    const end = () => response.end();
    streams.add(end);
    response.once('close', () => {
      clearTimeout(heartbeat);
      unsubscribe();
      unsubscribeConsent?.();
      streams.delete(end);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    async close() {
      for (const end of streams) end();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function tried(attempt: BrowserShellOptions['attempt'], payload: unknown): Promise<Reply<Snapshot>> {
  try {
    const request = v.safeParse(TRY_REQUEST, payload);
    if (!request.success) throw new GatewayServiceError('bad-request', `(try: one of ${TRIES.join(', ')})`);
    return { ok: true, value: await attempt(request.output.what) };
  } catch (thrown) {
    return { ok: false, error: shownError(thrown) };
  }
}

function headOf({ method = '', url = '', headers }: http.IncomingMessage) {
  const { host, origin, authorization, 'content-type': contentType } = headers;
  return { method, url, host, origin, authorization, contentType };
}

/** The body as text; undefined when it is too large. It is still read to its end, so that the sender receives the answer. */
async function readBody(request: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}

/** Undefined for invalid JSON, which no verb accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reply(response: http.ServerResponse, value: Reply<unknown>): void {
  const status = !value.ok && value.error.code === 'bad-request' ? 400 : 200;
  send(response, status, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)));
}

function refuse(response: http.ServerResponse, { status, message }: Refusal): void {
  send(response, status, 'text/plain; charset=utf-8', Buffer.from(`${message}\n`));
}

function send(response: http.ServerResponse, status: number, contentType: string, body: Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': contentType, 'content-length': body.byteLength });
  response.end(body);
}
