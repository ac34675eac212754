import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A mail server that answers for ever: each line within any time-out, and never the last one. */
export async function startDrippingMailServer(atEnd: (stop: () => Promise<void>) => void) {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.write('220 patience.example ESMTP\r\n');
    const drip = setInterval(() => socket.write('250-X\r\n'), 100);
    socket.resume();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(drip);
      sockets.delete(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, connected: () => sockets.size };
}
