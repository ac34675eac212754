import { afterAll, expect, test } from 'vitest';
import { builtSite, startCertfleet } from '../../harness/certfleet.js';
import { firstLoadBytes } from '../../harness/first-load.js';

const certfleet = await startCertfleet({ webFolder: builtSite });
afterAll(() => certfleet.destroy());

test('the first load with the overview is at most 250 kB of JavaScript, as the server sends it', async () => {
  const size = await firstLoadBytes(certfleet.server.url, 'src/pages/overview/overview.tsx');
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(250_000);
});
