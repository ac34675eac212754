import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFileFolder } from '../../../packages/server/src/http/files.js';
import { createWorkdir } from '../../harness/workdir.js';
import { startHttp, type TestServer } from './server.js';

const folder = createWorkdir('event-export');
let server: TestServer;
beforeAll(async () => {
  server = await startHttp({ fileFolder: await makeFileFolder(folder.path) });
  const event = { actor: 'system', action: 'certificate.issued', outcome: 'succeeded' } as const;
  for (let at = 0; at < 1001; at += 1) await server.store.events.append({ ...event, message: `=${at}` });
  await server.store.events.append({ ...event, action: 'user.created', message: 'for administrators' });
});
afterAll(async () => {
  await server?.close();
  folder.remove();
});

test.each([
  ['csv', 1002, /^id,at,actor.*\r\n1,.*,'=0,\{\}\r\n/],
  ['jsonl', 1001, /^\{"id":1,/],
])('all that a viewer may see comes as %s', async (format, lines, beginning) => {
  const headers = await server.bearer('viewer');
  const url = `/api/v1/events/export?format=${format}&order=oldest`;
  const { statusCode, body, headers: sent } = await server.app.inject({ url, headers });
  expect(statusCode).toBe(200);
  expect(sent['content-disposition']).toBe(`attachment; filename="certfleet-events.${format}"`);
  expect(body.trimEnd().split('\n')).toHaveLength(lines);
  expect(body).toMatch(beginning);
  expect(body).not.toContain('for administrators');
});
