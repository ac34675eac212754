import { expect, test } from 'vitest';
import { parseConfig } from '../plugin.js';
import { receiver } from '../testing/receiver.js';
import { heartbeatChannel } from './heartbeat.js';

const beat = (config: Record<string, unknown>) =>
  heartbeatChannel.heartbeat?.beat(parseConfig(heartbeatChannel, config), new AbortController().signal) ??
  Promise.reject();

test.each(['GET', 'POST'])('asks the monitor by %s', async method => {
  const { url, requests } = await receiver();
  await beat({ url: `${url}/ping/1b9f`, method });
  expect(requests).toMatchObject([{ method, path: '/ping/1b9f', body: '' }]);
});

test('a monitor that refuses is an error, which does not tell the URL', async () => {
  const { url } = await receiver({ status: 404, body: 'not found' });
  const failure = beat({ url: `${url}/ping/1b9f` });
  await expect(failure).rejects.toThrow(/^The monitor at 127\.0\.0\.1:\d+: GET answered 404: not found$/);
  await expect(failure).rejects.not.toThrow(/1b9f/);
});
