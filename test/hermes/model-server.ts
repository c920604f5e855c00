/** A model for a real agent: the API of OpenAI on a free port, which answers every question with words for as long as it is told. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const WORD_MS = 250;
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

export interface ModelServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param talksMs the duration of an answer */
export async function openModelServer(talksMs: number): Promise<ModelServer> {
  const server = createServer((request, response) => void answer(request, response, talksMs).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, talksMs: number): Promise<void> {
  if (request.method === 'GET') return json(response, { object: 'list', data: [{ id: 'fake', object: 'model', context_length: 256_000 }] });
  const { stream } = JSON.parse(await text(request)) as { stream?: boolean };
  const finished = { index: 0, finish_reason: 'stop' };
  if (!stream) {
    const message = { role: 'assistant', content: 'hello' };
    return json(response, { id: 'x', object: 'chat.completion', model: 'fake', choices: [{ ...finished, message }], usage: USAGE });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (choice: object, more = {}) =>
    response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'fake', choices: [choice], ...more })}\n\n`);
  const beganMs = performance.now();
  for (let word = 1; performance.now() - beganMs < talksMs && !response.destroyed; word += 1) {
    chunk({ index: 0, delta: { role: 'assistant', content: `word${word} ` }, finish_reason: null });
    await delay(WORD_MS);
  }
  chunk({ index: 0, delta: { content: 'end-of-answer' }, finish_reason: null });
  chunk({ ...finished, delta: {} }, { usage: USAGE });
  response.end('data: [DONE]\n\n');
}

function json(response: ServerResponse, document: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
