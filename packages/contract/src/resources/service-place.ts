import { z } from 'zod';

/** The virtual service that a solver answers by, or that a target is, as far as it tells one from another. */
export const ServicePlace = z
  .object({
    index: z.int().min(1),
    name: z.string().nullable(),
    address: z.string(),
    port: z.int().min(1).max(65_535),
    enabled: z.boolean().describe('Whether anything answers there at all.'),
  })
  .meta({ id: 'ServicePlace' });
export type ServicePlace = z.infer<typeof ServicePlace>;
