// The other half of test/wine/remote.ts: listens on a loopback port, which it prints, and answers {"id",verb,args} by {"id","value"} or
// {"id","error"}. The process ends with its connection.
import net from 'node:net';
import { toGatewayServiceError } from '../../../src/model/errors.ts';
import { lines } from './lines.ts';

export type Verbs = Readonly<Record<string, (...args: never[]) => unknown>>;

/** JSON has no big integers. */
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** @param make makes the verbs; `send` tells what was not asked for. */
export function serve(make: (send: (message: object) => void) => Verbs): void {
  const server = net.createServer(socket => {
    const send = (message: object) => socket.write(`${JSON.stringify(message, plain)}\n`);
    const answers = make(send) as Record<string, (...args: unknown[]) => unknown>;
    const hear = lines(line => {
      const { id, verb, args } = JSON.parse(line) as { id: number; verb: string; args: unknown[] };
      Promise.resolve()
        .then(() => answers[verb]?.(...args))
        .then(
          value => send({ id, value }),
          error => send({ id, error: toGatewayServiceError(error).toValue() }),
        );
    });
    socket.setEncoding('utf8');
    socket.on('error', error => {
      console.error(error);
      socket.destroy();
    });
    socket.on('close', () => process.exit(0));
    socket.on('data', (text: unknown) => hear(String(text)));
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as net.AddressInfo).port));
}
