import { z } from 'zod';
import { defineChannel } from '../channel.js';
import { Endpoint, httpService } from '../dns/http.js';
import { advanced, multiline, secret } from '../plugin.js';

const minute = 60_000;

const config = z.object({
  url: secret(Endpoint.describe('What is asked. A secret, since whoever knows it can feign a sign of life.')),
  method: z.enum(['GET', 'POST']).default('GET').describe('How it is asked.'),
  everyMinutes: z.int().min(1).max(1440).default(5).describe('How often. The monitor should wait a little longer.'),
  lateMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(15)
    .describe('Nothing is sent while a job has been due for longer than this.'),
  caCertificate: z
    .string()
    .max(100_000)
    .optional()
    .describe("PEM of the root that signed a private server's certificate, instead of the public CAs.")
    .meta({ ...advanced, ...multiline }),
  timeoutSeconds: z.int().min(1).max(300).default(30).describe('How long an answer is waited for.').meta(advanced),
});

/** A sign of life for a monitor outside (Healthchecks, Uptime Kuma, Dead Man's Snitch …), which alarms when it stays away. */
export const heartbeatChannel = defineChannel({
  type: 'heartbeat',
  title: 'Heartbeat for a monitor',
  guide: 'docs/guides/notices.md',
  config,
  neverRunAgainst: 'Tested with local receivers. Never run against a monitoring service itself.',

  async check() {
    // Its fields have nothing to do with each other.
  },

  heartbeat: {
    every: ({ everyMinutes }) => everyMinutes * minute,
    patience: ({ lateMinutes }) => lateMinutes * minute,
    async beat({ url, method, caCertificate, timeoutSeconds }, signal) {
      const service = httpService(
        { service: `The monitor at ${new URL(url).host}`, endpoint: url, caCertificate, tries: 1 },
        { signal, timeoutMs: timeoutSeconds * 1000, secrets: [url] },
      );
      await service.send({ method, path: '' });
    },
  },
});
