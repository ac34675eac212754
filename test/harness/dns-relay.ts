import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { DnsServer } from '@certfleet/plugins';

/** Passes DNS on, over UDP and TCP. BIND listens on the addresses of interfaces alone, and 127.0.0.2 is none. */
export interface DnsRelay {
  /** While it is silent, questions are lost. */
  silence(silent: boolean): void;
  stop(): Promise<void>;
}

export async function startDnsRelay(from: DnsServer, to: DnsServer): Promise<DnsRelay> {
  let isSilent = false;
  const udp = createSocket('udp4');
  udp.on('message', (question: Buffer, sender: RemoteInfo) => {
    if (isSilent) return;
    const upstream = createSocket('udp4');
    const end = setTimeout(() => upstream.close(), 5000);
    upstream.on('message', answer => {
      clearTimeout(end);
      upstream.close();
      udp.send(answer, sender.port, sender.address);
    });
    // The other side is gone, or not there yet: the question is lost.
    upstream.on('error', () => clearTimeout(end));
    upstream.send(question, to.port, to.address);
  });
  const tcp = createServer(socket => {
    const upstream = connect(to.port, to.address);
    if (!isSilent) socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  udp.bind(from.port, from.address);
  tcp.listen(from.port, from.address);
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  return {
    silence: silent => {
      isSilent = silent;
    },
    async stop() {
      udp.close();
      tcp.close();
      await Promise.all([once(udp, 'close'), once(tcp, 'close')]);
    },
  };
}
