/**
 * The server side of the browser shell as its page expects it: the built page, verbs and pushes behind a token. It stands in for the
 * main process in tests of the page, over real sockets.
 */

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConsentState } from '../../demo/story/consent-stand-in.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { contentType } from './panel-page.ts';

const PAGES = fileURLToPath(new URL('../../dist/demo/page/', import.meta.url));

export const TOKEN = 'a-token-of-this-test';

export class ShellServer {
  snapshot: Snapshot;
  /** The one that opens. */
  token = TOKEN;
  /** Of the stand-in for Windows' question. */
  consent: ConsentState = { required: false, asking: false };
  /** What was asked, path and body. */
  readonly asked: { readonly path: string; readonly body: unknown }[] = [];
  readonly #streams = new Set<http.ServerResponse>();
  readonly #sockets = new Set<Socket>();
  #server: http.Server | undefined;
  #port = 0;

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/?token=${TOKEN}`;
  }

  /** Pages that listen now. */
  get listening(): number {
    return this.#streams.size;
  }

  /** Listens; a second time on the same port, as an app that was started again. */
  async listen(): Promise<void> {
    const server = http.createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.writeHead(500).end());
    });
    server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise(resolve => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  push(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(snapshot)}\n\n`);
  }

  tellConsent(consent: ConsentState): void {
    this.consent = consent;
    for (const stream of this.#streams) stream.write(`event: consent\ndata: ${JSON.stringify(consent)}\n\n`);
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (address.pathname === '/api/events') return this.#stream(address.searchParams.get('token'), response);
    if (address.pathname.startsWith('/api/')) return await this.#verb(address.pathname.slice('/api/'.length), request, response);
    const file = path.join(PAGES, address.pathname === '/' ? 'index.html' : path.normalize(address.pathname));
    const body = await readFile(file);
    response.writeHead(200, { 'content-type': contentType(file) }).end(body);
  }

  #stream(token: string | null, response: http.ServerResponse): void {
    if (token !== this.token) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    response.write(`event: consent\ndata: ${JSON.stringify(this.consent)}\n\n`);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  async #verb(verb: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end('no');
      return;
    }
    this.asked.push({ path: verb, body });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, value: this.snapshot }));
  }
}
