// Any data from the other end of a pipe: the control pipe in both directions, the host to its runner, the elevated step to its caller.
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DownMessage, formatDown, listenToHost } from '../../src/control/host-link.ts';
import { LineCutter, MAX_LINE_BYTES, parseClientMessage, parseServerMessage } from '../../src/control/pipe-protocol.ts';
import { composeStatus } from '../../src/model/compose-status.ts';
import { parseAnswer } from '../../src/model/elevation.ts';
import { ERRORS } from '../../src/model/error-table.ts';
import { RUNNER_PHASES } from '../../src/model/facts.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import { PROBLEMS } from '../../src/model/problems.ts';
import { gatewayIdentityFor } from '../support/identity.ts';
import { anyBytes, inPlaceOf, pid, text, time } from './anything.ts';

const state = fc.record(
  {
    schema: fc.constant(1),
    service: fc.constantFrom('HermesGateway', 'HermesGateway-work'),
    runnerPid: pid,
    phase: fc.constantFrom(...RUNNER_PHASES),
    since: time,
    detail: text,
    gateway: fc.record({ pid, startedAt: time }),
    problems: fc.array(fc.oneof(fc.constantFrom(...Object.keys(PROBLEMS)), text), { maxLength: 3 }),
  },
  { requiredKeys: ['schema', 'service', 'runnerPid', 'phase', 'since', 'problems'] },
);
const server = fc.oneof(fc.record({ state }), fc.record({ done: fc.nat() }));
const client = fc.oneof(fc.record({ hello: fc.constant(1) }), fc.record({ ask: fc.constantFrom('stop', 'restart'), id: fc.integer() }));
const down = fc.record({ down: fc.constantFrom('stop', 'preshutdown'), graceMs: fc.nat(), reason: text }) as fc.Arbitrary<DownMessage>;
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('control pipe', () => {
  it('round-trips every message of the server and of the client', () => {
    fc.assert(
      fc.property(server, client, (said, asked) => {
        expect(parseServerMessage(JSON.stringify(said))).toEqual(asJson(said));
        expect(parseClientMessage(JSON.stringify(asked))).toEqual(asJson(asked));
      }),
    );
  });

  it('accepts only hello, stop and restart from a client', () => {
    fc.assert(
      fc.property(inPlaceOf(client), said => {
        const message = parseClientMessage(said.toString());
        if (message === undefined) return true;
        return 'hello' in message ? message.hello === 1 : ['stop', 'restart'].includes(message.ask) && Number.isSafeInteger(message.id);
      }),
    );
  });

  it('accepts only states from which a status can be composed', () => {
    fc.assert(
      fc.property(inPlaceOf(fc.record({ state })), said => {
        const message = parseServerMessage(said.toString());
        if (!message || !('state' in message)) return;
        const status = composeStatus(
          {
            identity: gatewayIdentityFor('/home/u/.hermes'),
            mechanism: 'embedded',
            registration: { state: 'registered', host: 'running' },
            runner: message.state,
            history: [],
            desired: { desired: 'running', at: '1970-01-01T00:00:00.000Z' },
            recovery: RECOVERY_LADDER,
            problems: [],
          },
          0,
        );
        expect(status.problems.every(({ code }) => Object.hasOwn(PROBLEMS, code))).toBe(true);
        expect(status.gatewayPid === undefined || status.gatewayPid > 0).toBe(true);
      }),
    );
  });

  it('splits the text into the same lines however it arrives', () => {
    const chunks = fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '\n', '{'), maxLength: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(chunks, pieces => {
        const [whole, cut] = [new LineCutter(), new LineCutter()];
        expect(pieces.flatMap(piece => cut.push(piece) ?? [])).toEqual(whole.push(pieces.join('')));
      }),
    );
  });

  it('discards a line that is too long', () => {
    const cutter = new LineCutter();
    expect(cutter.push('a'.repeat(MAX_LINE_BYTES + 1))).toBeUndefined();
  });
});

describe('messages of the host to its runner', () => {
  /** What a runner receives from these pieces. */
  async function heard(pieces: readonly Buffer[]): Promise<{ messages: DownMessage[]; losses: number }> {
    const input = new PassThrough();
    const messages: DownMessage[] = [];
    let losses = 0;
    const over = new Promise<void>(resolve => input.once('close', resolve));
    listenToHost(
      input,
      message => messages.push(message),
      () => {
        losses += 1;
      },
    );
    for (const piece of pieces) input.write(piece);
    input.end();
    await over;
    return { messages, losses };
  }

  it('reads the messages of the host between invalid data, and reports its loss once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(down, anyBytes), { maxLength: 6 }), async said => {
        const pieces = said.map(each => (Buffer.isBuffer(each) ? Buffer.concat([each, Buffer.from('\n')]) : Buffer.from(formatDown(each))));
        const { messages, losses } = await heard(pieces);
        expect(messages).toEqual(said.filter(each => !Buffer.isBuffer(each)));
        expect(losses).toBe(1);
      }),
    );
  });

  it('accepts only requests of the protocol', async () => {
    await fc.assert(
      fc.asyncProperty(inPlaceOf(down), async said => {
        const { messages } = await heard([said, Buffer.from('\n')]);
        return messages.every(each => ['stop', 'preshutdown'].includes(each.down) && typeof each.reason === 'string');
      }),
    );
  });
});

describe('answer of the elevated step', () => {
  const answer = fc.oneof(
    fc.record({ ok: fc.constant(true) }),
    fc.record({ ok: fc.constant(false), error: fc.record({ code: fc.constantFrom(...Object.keys(ERRORS)), message: text, remedy: text }) }),
  );

  it('reads the answer after other printed text', () => {
    fc.assert(
      fc.property(answer, fc.string(), (said, before) => {
        expect(parseAnswer(`${before}\n${JSON.stringify(said)}\r\n`)).toEqual(asJson(said));
      }),
    );
  });

  it('reports a success only when the answer says "ok"', () => {
    fc.assert(
      fc.property(inPlaceOf(answer), said => {
        const read = parseAnswer(said.toString());
        if (read === undefined) return true;
        if (!read.ok) return Object.hasOwn(ERRORS, read.error.code);
        const last = said.toString().trimEnd().split(/\r?\n/).at(-1) ?? '';
        return (JSON.parse(last) as { ok: unknown }).ok === true;
      }),
    );
  });
});
