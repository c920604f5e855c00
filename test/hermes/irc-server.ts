/** A chat for a real gateway: an IRC server on a free port that greets, lets join, and keeps what is said in the channel. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface IrcServer {
  readonly port: number;
  /** What the bots have said, oldest first. */
  readonly said: readonly string[];
  close(): Promise<void>;
}

export const CHANNEL = '#all';

export async function openIrcServer(): Promise<IrcServer> {
  const said: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    let nick = 'nobody';
    createInterface({ input: socket }).on('line', line => {
      const [command = '', first = ''] = line.split(' ');
      if (command === 'NICK') nick = first;
      if (command === 'USER') socket.write(`:server 001 ${nick} :Welcome\r\n:server 376 ${nick} :End\r\n`);
      if (command === 'PING') socket.write(`PONG ${line.slice(5)}\r\n`);
      if (command === 'JOIN') socket.write(`:${nick}!user@host JOIN ${first}\r\n`);
      if (command === 'PRIVMSG') said.push(line.slice(line.indexOf(':') + 1));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    said,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
