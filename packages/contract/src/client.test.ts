import { expect, test } from 'vitest';
import { ApiClient, ReplyError } from './client.js';
import { operations } from './operations/index.js';

async function* noFile(): AsyncIterable<Uint8Array> {
  yield* [];
}

const problem = {
  type: 'urn:x',
  title: 'Gone',
  status: 404,
  code: 'not-found',
  detail: 'There is none.',
  remedy: 'Look.',
};

test.each<[string, number, string, Error | object]>([
  [
    'of another version',
    200,
    '{"items":[{"name":7}],"nextCursor":null}',
    { message: expect.stringMatching(/can't be read by this version: items\.0\./) },
  ],
  [
    'that is no JSON',
    200,
    '<html>',
    { message: expect.stringContaining('200 with something that is not a reply of Certfleet: <html>') },
  ],
  [
    'of a proxy',
    502,
    '<html>Bad Gateway',
    { message: expect.stringContaining('502 with something that is not a problem') },
  ],
  [
    'that is a problem of another kind',
    404,
    '{"title":"x"}',
    { message: expect.stringContaining('404 with something') },
  ],
])('a reply %s', async (_name, status, body, expected) => {
  const client = new ApiClient(async () => ({ status, text: async () => body, bytes: noFile }));
  const call = client.call(operations.user.list, {});
  await expect(call).rejects.toBeInstanceOf(ReplyError);
  await expect(call).rejects.toMatchObject(expected);
});

test('a problem of the server is thrown as it is', async () => {
  const client = new ApiClient(async () => ({
    status: 404,
    text: async () => JSON.stringify(problem),
    bytes: noFile,
  }));
  await expect(client.call(operations.user.list, {})).rejects.toMatchObject({ problem: { code: 'not-found' } });
});
