import { ApiClient, type Session, type Transport, unattendedHeader } from '@certfleet/contract';
import { isAttended } from './attention.js';

/** The session's token against forged requests; the cookie itself can't be read by pages. */
let csrfToken: string | null = null;

export function remember(session: Session | null): void {
  csrfToken = session?.csrfToken ?? null;
}

/** Certfleet can't be reached from this browser at the moment. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

const transport: Transport = async (path, { method, headers, body, signal }) => {
  const response = await fetch(path, {
    method,
    headers,
    ...(signal ? { signal } : {}),
    ...(typeof body === 'string' ? { body } : {}),
    ...(typeof body === 'object' ? { body: await collected(body) } : {}),
  }).catch(cause => {
    throw new Unreachable(
      'Certfleet does not answer. Pages are read again as soon as it does; what was asked for here is not sent again.',
      { cause },
    );
  });
  return {
    status: response.status,
    text: () => response.text(),
    bytes: () => chunksOf(response),
  };
};

/** A file as a whole: browsers neither stream what they send over HTTP/1.1, nor save what comes in pieces. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return new Blob(parts);
}

async function* chunksOf({ body }: Response): AsyncIterable<Uint8Array> {
  const reader = body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) yield read.value;
}

const token = () => (csrfToken === null ? {} : { 'x-csrf-token': csrfToken });

/** Certfleet's API, as this browser's session: for what someone has asked for. */
export const api = new ApiClient(transport, token);

/** The same for what pages read, also by themselves: where nobody is, that makes the session last no longer. */
export const reading = new ApiClient(transport, () => ({
  ...token(),
  ...(!isAttended() && { [unattendedHeader]: '1' }),
}));
