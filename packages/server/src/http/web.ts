import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const placeOfNonce = '<meta name="style-nonce" content="" />';

/** Sends the web interface's page to a browser that asks for one; undefined: the request is for something else. */
export type SendPage = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

/**
 * Serves the web interface from the folder that `vite build` has made: its files, and its one page at every address that
 * nothing else is at. Returns what sends that page.
 *
 * The page may run the scripts of its own origin and no others, and shows styles that carry the nonce of its reply.
 * Throws when the folder has no page.
 */
export async function registerWeb(app: FastifyInstance, folder: string): Promise<SendPage> {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  if (!page.includes(placeOfNonce)) throw new Error(`${folder}/index.html has no place for the nonce of its styles.`);
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    wildcard: false,
    cacheControl: false,
    // `script/build-web` makes them. Replies of the API stay as they are: compressed together with what others may choose,
    // the size of a reply could give its secrets away (BREACH).
    preCompressed: true,
    setHeaders: (reply, path) => {
      reply.setHeader('vary', 'accept-encoding');
      // Their names change with their content.
      if (path.startsWith(join(folder, 'assets')))
        reply.setHeader('cache-control', 'public, max-age=31536000, immutable');
    },
  });
  return (request, reply) => {
    if (!wantsPage(request)) return undefined;
    const nonce = randomBytes(16).toString('base64url');
    return (
      reply
        .code(200)
        .type('text/html; charset=utf-8')
        .header('content-security-policy', pagePolicy(nonce))
        // A kept page would have another nonce than the policy that comes with its revalidation.
        .header('cache-control', 'no-store')
        .send(page.replace(placeOfNonce, `<meta name="style-nonce" content="${nonce}" />`))
    );
  };
}

/** A script that asks for what is not there is told so; a person gets the page, which says so. */
function wantsPage({ method, url, headers: { accept = '' } }: FastifyRequest): boolean {
  return method === 'GET' && accept.includes('text/html') && !/^\/(api|access|accessv2|assets)\b/.test(url);
}

function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
