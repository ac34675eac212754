import { z } from 'zod';
import { HttpsUrl } from '../primitives.js';

/** How LoadMaster's API is served, and what certificates requested through it get. */
export const LoadMasterSettings = z
  .object({
    enabled: z.boolean().describe('Whether /access and /accessv2 are served. Off: they answer 404.'),
    directoryUrl: HttpsUrl.describe(
      'The ACME directory of the next account registered through it; accounts that exist stay where they are.',
    ),
    caCertificate: z
      .string()
      .max(100_000)
      .nullable()
      .describe(
        "PEM of the root that signed the directory's HTTPS certificate, if that is a private CA's. Another directory starts without one.",
      ),
    renewPeriod: z
      .int()
      .min(1)
      .max(60)
      .nullable()
      .describe(
        'Days before notAfter, of the policy "loadmaster"; never more than half the lifetime. Null: when the CA says; the API then shows 30.',
      ),
  })
  .meta({ id: 'LoadMasterSettings' });
export type LoadMasterSettings = z.infer<typeof LoadMasterSettings>;

export const LoadMasterChange = LoadMasterSettings.partial().meta({ id: 'LoadMasterChange' });
export type LoadMasterChange = z.infer<typeof LoadMasterChange>;
