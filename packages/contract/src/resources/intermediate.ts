import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';
import { fileContent } from './key-file.js';

/** A CA's certificate that completes the chains of imported certificates. */
export const Intermediate = z
  .object({
    id: Id,
    name: Name,
    subject: z.string(),
    issuer: z.string(),
    notBefore: Timestamp,
    notAfter: Timestamp,
    fingerprintSha256: z.string().describe('Hexadecimal, lower case.'),
    certificate: z.string().describe('PEM'),
    createdAt: Timestamp,
  })
  .meta({ id: 'Intermediate' });
export type Intermediate = z.infer<typeof Intermediate>;

/** Keep an intermediate certificate under a name. */
export const IntermediateAddition = z
  .object({ name: Name, file: fileContent('intermediate').describe('One certificate of a CA, PEM or DER; in base64.') })
  .meta({ id: 'IntermediateAddition' });
export type IntermediateAddition = z.infer<typeof IntermediateAddition>;
