import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from './errors.js';

/** What is wrong with one field of the input; `path` as in JSON: `identifiers.0.value`. */
export const FieldError = z.object({ path: z.string(), message: z.string() }).meta({ id: 'FieldError' });

/** RFC 9457 problem details. `type` is `urn:certfleet:error:<code>`. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]]),
    remedy: z.string(),
    errors: z.array(FieldError).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });
export type Problem = z.infer<typeof Problem>;
