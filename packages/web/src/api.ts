import { ApiClient, type Session, type Transport } from '@certfleet/contract';

/** The session's token against forged requests; the cookie itself can't be read by pages. */
let csrfToken: string | null = null;

export function remember(session: Session | null): void {
  csrfToken = session?.csrfToken ?? null;
}

/** Certfleet can't be reached from this browser at the moment. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

const transport: Transport = async (path, { method, headers, body }) => {
  const response = await fetch(path, {
    method,
    headers,
    ...(typeof body === 'string' ? { body } : {}),
    ...(typeof body === 'object' ? { body: await collected(body) } : {}),
  }).catch(cause => {
    throw new Unreachable('Certfleet does not answer. The page goes on by itself as soon as it does.', { cause });
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

/** Certfleet's API, as this browser's session. */
export const api = new ApiClient(transport, () => (csrfToken === null ? {} : { 'x-csrf-token': csrfToken }));
