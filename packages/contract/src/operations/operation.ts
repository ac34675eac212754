import type { z } from 'zod';
import type { Role } from '../resources/user.js';

/**
 * One operation of the REST API. A noun's operations are `as const satisfies Record<string, Operation>`, so that the
 * server and the client know each one's very path, status and schemas.
 */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters as `{name}`. */
  path: string;
  summary: string;
  /** The least role that may do it; `anyone` needs no sign-in. */
  role: Role | 'anyone';
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** By their names in lower case: for secrets, which must not stand in a path. */
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** The body is a file, sent as it is (application/octet-stream). */
  upload?: true;
  /** Of a successful reply; left out: 204 without a body. */
  reply?: z.ZodType;
  /** The reply is a file, sent as it is (application/octet-stream). */
  download?: true;
  /** Of a successful reply, 200 unless said otherwise. */
  status?: 200 | 201 | 202 | 204;
}
