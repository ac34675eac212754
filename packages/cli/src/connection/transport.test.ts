import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { ApiClient, operations } from '@certfleet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { type FakeServer, type SelfSigned, selfSigned, startFakeServer } from '../testing/fake-server.js';
import { readServerCertificate, showFingerprint } from './fingerprint.js';
import { openTransport } from './transport.js';

let own: SelfSigned;
let server: FakeServer;
const api = new FakeApi();

beforeAll(async () => {
  own = await selfSigned('certfleet');
  server = await startFakeServer(api, own);
});
afterAll(() => server.close());

async function whoami(url: string, fingerprint: string | null): Promise<unknown> {
  const transport = openTransport(new URL(url), fingerprint);
  try {
    return await new ApiClient(transport.send, () => ({ authorization: 'Bearer t' })).call(operations.session.show, {});
  } finally {
    await transport.close();
  }
}

describe('a server is believed', () => {
  test('with the certificate that was pinned', async () => {
    expect(await whoami(server.url, own.fingerprint)).toMatchObject({ name: 'alice' });
    expect(server.authorizations.at(-1)).toBe('Bearer t');
  });

  test('with another certificate never: nothing is sent to it', async () => {
    const requests = server.authorizations.length;
    const other = 'ab'.repeat(32);
    await expect(whoami(server.url, other)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining(`shown   ${showFingerprint(own.fingerprint)}`),
      remedy: expect.stringContaining('certfleet login'),
    });
    expect(server.authorizations).toHaveLength(requests);
  });

  test('without a fingerprint only if a CA vouches for it: nothing is sent to it', async () => {
    const requests = server.authorizations.length;
    await expect(whoami(server.url, null)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringMatching(/vouch/),
      remedy: expect.stringContaining('CERTFLEET_FINGERPRINT'),
    });
    expect(server.authorizations).toHaveLength(requests);
  });
});

test('the certificate that a server shows is read without sending anything', async () => {
  const requests = server.authorizations.length;
  expect(await readServerCertificate(new URL(server.url))).toMatchObject({
    fingerprint: own.fingerprint,
    distrust: expect.stringMatching(/SELF_SIGNED/),
    subject: 'certfleet',
  });
  expect(server.authorizations).toHaveLength(requests);
});

test('making a backup and restoring one may take longer than other answers', async () => {
  const slow = createHttpsServer({ key: own.key, cert: own.certificate }, (request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(404).end('{}'), 3000);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const { port } = slow.address() as { port: number };
  const transport = openTransport(new URL(`https://127.0.0.1:${port}`), own.fingerprint, 500);
  try {
    const client = new ApiClient(transport.send);
    async function* file() {
      yield Buffer.from('a backup');
    }
    await expect(client.call(operations.session.show, {})).rejects.toMatchObject({ exitCode: 5 });
    const answered = /not a problem of Certfleet/;
    await expect(client.call(operations.backup.create, { body: {} })).rejects.toThrow(answered);
    await expect(client.call(operations.backup.restore, { upload: file() })).rejects.toThrow(answered);
  } finally {
    await transport.close();
    slow.close();
  }
});

describe('a server that cannot be reached', () => {
  test('nothing listens there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    const expected = {
      exitCode: 5,
      message: expect.stringContaining(`https://127.0.0.1:${port} cannot be reached`),
      remedy: expect.stringContaining('certfleet serve'),
    };
    await expect(whoami(`https://127.0.0.1:${port}`, own.fingerprint)).rejects.toMatchObject(expected);
    await expect(readServerCertificate(new URL(`https://127.0.0.1:${port}`))).rejects.toMatchObject(expected);
  });

  test('something else listens there', async () => {
    const other = createServer(socket => socket.end('220 mail.example.com ESMTP\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      await expect(whoami(`https://127.0.0.1:${port}`, own.fingerprint)).rejects.toMatchObject({
        exitCode: 5,
        remedy: expect.stringContaining('other than HTTPS'),
      });
    } finally {
      other.close();
    }
  });
});
