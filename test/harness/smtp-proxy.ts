import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What happens between a mail program and its server, for as long as nothing is encrypted. */
export type SmtpFault =
  /** Someone in between hides that the server has STARTTLS. */
  | { kind: 'no-starttls' }
  /** The connection is taken, and nothing is ever said. */
  | { kind: 'silence' }
  /** The connection ends instead of this command being passed on. */
  | { kind: 'drop'; command: RegExp }
  /** The connection ends instead of the server's answer to a message, which it has taken, being passed on. */
  | { kind: 'drop-after-message' }
  /** This command is answered like this, and the server doesn't get to see it. */
  | { kind: 'answer'; command: RegExp; reply: string };

export interface SmtpProxy {
  port: number;
  /** From now on; null: everything is passed on. */
  fault: SmtpFault | null;
  close(): Promise<void>;
}

/** A proxy before a mail server on 127.0.0.1 that reads along. */
export async function startSmtpProxy(serverPort: number): Promise<SmtpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // An end that a fault brings about is no error of the test.
      socket.on('error', () => socket.destroy());
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    if (proxy.fault?.kind !== 'silence') relay(client, upstream, () => proxy.fault);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: SmtpProxy = {
    port: (server.address() as AddressInfo).port,
    fault: null,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return proxy;
}

function relay(client: Socket, upstream: Socket, fault: () => SmtpFault | null): void {
  let inMessage = false;
  let messageEnded = false;
  createInterface({ input: client }).on('line', line => {
    const now = fault();
    if (!inMessage && now?.kind === 'drop' && now.command.test(line)) return client.destroy();
    if (!inMessage && now?.kind === 'answer' && now.command.test(line)) return client.write(`${now.reply}\r\n`);
    if (now?.kind === 'no-starttls' && line === 'STARTTLS') return client.write('502 5.5.1 Unknown command\r\n');
    if (line === 'DATA') inMessage = true;
    if (line === '.' && inMessage) [inMessage, messageEnded] = [false, true];
    return upstream.write(`${line}\r\n`);
  });
  createInterface({ input: upstream }).on('line', line => {
    const now = fault();
    if (now?.kind === 'drop-after-message' && messageEnded) return client.destroy();
    messageEnded = false;
    // The last line of a reply has a blank after its code; chasquid names HELP last.
    if (now?.kind === 'no-starttls' && /^250-STARTTLS/.test(line)) return;
    // One command after the other, so that an answer of ours is one to its own command.
    if (now && /^250-PIPELINING/.test(line)) return;
    return client.write(`${line}\r\n`);
  });
}
