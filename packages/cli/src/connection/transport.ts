import { Readable } from 'node:stream';
import { ApiError, readProblem, type Transport } from '@certfleet/contract';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { exitCodes } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { connectTimeout, type Fingerprint, fingerprintOf, showFingerprint, unreachable } from './fingerprint.js';

/**
 * Milliseconds until an answer must have begun. Some operations ask a CA before they answer. Making and restoring a
 * backup takes as long as it takes: giving up on it would say that it failed, while it goes on.
 */
const defaultAnswerTimeout = 120_000;

/** A server's HTTPS, believed only if it is the right one. */
export interface ServerTransport {
  send: Transport;
  /** The body of a GET as it comes, until it ends or `signal` aborts. Throws ApiError on a status of 400 or more. */
  stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

/**
 * Talks to `url`. With a fingerprint, the server must own the certificate that has it, whoever signed it; nothing is
 * sent before that is known. Without one, this machine's CAs must vouch for it.
 */
export function openTransport(
  url: URL,
  fingerprint: Fingerprint | null,
  answerTimeout = defaultAnswerTimeout,
): ServerTransport {
  const agent = new Agent({
    connect: fingerprint === null ? { timeout: connectTimeout } : pinningConnector(url, fingerprint),
    headersTimeout: answerTimeout,
    // A stream is silent for as long as nothing happens.
    bodyTimeout: 0,
  });

  const request = async (options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> => {
    try {
      return await agent.request({ ...options, origin: url.origin });
    } catch (cause) {
      if (cause instanceof Failure || (options.signal as AbortSignal | undefined)?.aborted) throw cause;
      throw unreachableOrDistrusted(url, cause);
    }
  };

  return {
    async send(path, init) {
      const { statusCode, body } = await request({
        path,
        method: init.method as Dispatcher.HttpMethod,
        headers: init.headers,
        ...(init.isPatient ? { headersTimeout: 0 } : {}),
        ...(init.body === undefined
          ? {}
          : { body: typeof init.body === 'string' ? init.body : Readable.from(init.body) }),
      });
      return { status: statusCode, text: () => body.text(), bytes: () => body };
    },
    async stream(path, headers, signal) {
      const { statusCode, body } = await request({ path, method: 'GET', headers, signal });
      if (statusCode < 400) return body;
      throw new ApiError(readProblem(statusCode, await body.text()));
    },
    close: () => agent.destroy(),
  };
}

/**
 * Compares the certificate after each handshake, before the connection is used. Sessions are not resumed: a resumed
 * handshake shows no certificate.
 */
function pinningConnector(url: URL, pinned: Fingerprint): buildConnector.connector {
  const connect = buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0, timeout: connectTimeout });
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      const shown = fingerprintOf(socket as Parameters<typeof fingerprintOf>[0]);
      if (shown === pinned) return callback(null, socket);
      socket.destroy();
      return callback(changedFingerprint(url, pinned, shown), null);
    });
  };
}

function changedFingerprint(url: URL, pinned: Fingerprint, shown: Fingerprint): Failure {
  return new Failure(
    [
      `The server at ${url.origin} shows another certificate than the one that was pinned; nothing was sent to it.`,
      `  pinned  ${showFingerprint(pinned)}`,
      `  shown   ${showFingerprint(shown)}`,
    ].join('\n'),
    {
      exitCode: exitCodes.unreachable,
      remedy:
        'If the server got a new certificate, compare the fingerprint with what it printed when it started, then sign ' +
        'in again with `certfleet login`. If it did not, someone may be in between.',
    },
  );
}

function unreachableOrDistrusted(url: URL, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (!/CERT|SELF_SIGNED|ERR_TLS/.test(code)) return unreachable(url, cause);
  return new Failure(
    `The certificate of ${url.origin} is not one that this machine's CAs vouch for (${(cause as Error).message}); nothing was sent to it.`,
    {
      exitCode: exitCodes.unreachable,
      remedy: 'Pin its fingerprint: sign in with `certfleet login URL`, or set CERTFLEET_FINGERPRINT.',
      cause,
    },
  );
}
