import { createSecureContext, createServer, type SecureContext } from 'node:tls';
import { ACME_TLS_ALPN_PROTOCOL, type TlsAlpnCertificate } from '@certfleet/acme';

/** Answers tls-alpn-01 on a port of 127.0.0.1, by the SNI that the CA asks with. */
export interface TlsAlpnResponder {
  port: number;
  present(certificate: TlsAlpnCertificate): void;
  cleanUp(serverName: string): void;
  /** The names that were asked for. */
  asked: string[];
  stop(): Promise<void>;
}

export async function startTlsAlpnResponder(): Promise<TlsAlpnResponder> {
  const contexts = new Map<string, SecureContext>();
  const asked: string[] = [];
  const server = createServer({
    ALPNProtocols: [ACME_TLS_ALPN_PROTOCOL],
    SNICallback: (serverName, done) => {
      asked.push(serverName);
      const context = contexts.get(serverName);
      if (context) done(null, context);
      else done(new Error(`nothing is presented for ${serverName}`));
    },
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The tls-alpn-01 responder has no port.');
  return {
    port: address.port,
    asked,
    present: ({ serverName, certificatePem, privateKeyPem }) => {
      contexts.set(serverName, createSecureContext({ cert: certificatePem, key: privateKeyPem }));
    },
    cleanUp: serverName => {
      contexts.delete(serverName);
    },
    stop: () => new Promise<void>(resolve => server.close(() => resolve())),
  };
}
