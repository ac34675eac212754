import { createHash, X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { toIdentifier } from './identifier.js';
import { openssl } from './testing/openssl.js';
import { ACME_TLS_ALPN_PROTOCOL, tlsAlpnCertificate, tlsAlpnServerName } from './tls-alpn.js';

const KEY_AUTHORIZATION = 'DGyRejmCefe7v4NfDGDKfA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

describe('the certificate of tls-alpn-01', () => {
  test.each([
    ['www.example.org', 'DNS:www.example.org'],
    ['192.0.2.7', 'IP Address:192.0.2.7'],
    ['2001:db8::1', 'IP Address:2001:DB8:0:0:0:0:0:1'],
  ])('of %s', async (name, shownName) => {
    const { certificatePem } = await tlsAlpnCertificate(toIdentifier(name), KEY_AUTHORIZATION);
    const shown = openssl(['x509', '-noout', '-text'], certificatePem);
    expect(shown).toContain(shownName);
    // RFC 8737 §3: critical, and an OCTET STRING (04 20) with the digest.
    const [, digest] = /1\.3\.6\.1\.5\.5\.7\.1\.31: critical\n\s+\. ?(.*)/.exec(shown) ?? [];
    expect(digest).toBeDefined();
    const expected = createHash('sha256').update(KEY_AUTHORIZATION).digest();
    const { raw } = new X509Certificate(certificatePem);
    expect(raw.includes(Buffer.concat([Buffer.from([0x04, 0x22, 0x04, 0x20]), expected]))).toBe(true);
  });

  test('is self-signed, valid now, and belongs to its key', async () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    const { certificatePem, privateKeyPem } = await tlsAlpnCertificate(
      toIdentifier('a.example'),
      KEY_AUTHORIZATION,
      now,
    );
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect([certificate.validFrom, certificate.validTo]).toEqual([
      'Nov 20 12:00:00 2026 GMT',
      'Nov 27 12:00:00 2026 GMT',
    ]);
    expect(openssl(['pkey', '-pubout'], privateKeyPem).trim()).toBe(
      certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString().trim(),
    );
  });

  test('can be served under acme-tls/1', async () => {
    const { certificatePem, privateKeyPem } = await tlsAlpnCertificate(toIdentifier('a.example'), KEY_AUTHORIZATION);
    const server = createServer({ cert: certificatePem, key: privateKeyPem, ALPNProtocols: [ACME_TLS_ALPN_PROTOCOL] });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const socket = connect({
      port: port ?? 0,
      host: '127.0.0.1',
      servername: 'a.example',
      ALPNProtocols: ['acme-tls/1'],
      rejectUnauthorized: false,
    });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.alpnProtocol).toBe('acme-tls/1');
    expect(socket.getPeerX509Certificate()?.subjectAltName).toBe('DNS:a.example');
    socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });
});

test.each([
  ['www.example.org', 'www.example.org'],
  // RFC 8738 §6.
  ['192.0.2.7', '7.2.0.192.in-addr.arpa'],
  ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
])('the SNI for %s is %s', (name, serverName) => {
  expect(tlsAlpnServerName(toIdentifier(name))).toBe(serverName);
});
