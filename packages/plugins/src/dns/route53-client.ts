import { Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53';
import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { PluginError } from '../plugin.js';
import type { ProviderIo } from './provider.js';
import type { Route53Config } from './route53.js';

/** Times a request is sent before it has failed; between them the SDK waits when it is told to. */
const maxAttempts = 5;
/** Time-outs of one request after which it has failed, however often it was sent. */
const patience = 3;

/** Calls with a client of Route 53, and says what its failure means. */
export async function withClient<T>(
  settings: Route53Config,
  io: ProviderIo,
  call: (client: Route53Client) => Promise<T>,
): Promise<T> {
  const { region, endpoint } = settings;
  const client = new Route53Client({
    ...{ region, maxAttempts, credentials: credentialsOf(settings, io) },
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: timeLimits(io),
  });
  try {
    return await call(client);
  } catch (error) {
    if (error instanceof PluginError) throw error;
    io.signal.throwIfAborted();
    throw refusal(error, io);
  } finally {
    client.destroy();
  }
}

/** Of every request: when it is not waited for any longer. */
export function options({ signal, timeoutMs }: ProviderIo): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(patience * timeoutMs)]) };
}

/** Whether a change was refused because the record sets are not as they were when they were looked at. */
export function isStale(error: unknown): boolean {
  const { name, message = '', messages = [] } = error as Partial<Error> & { messages?: string[] };
  const said = [message, ...messages].join(' ');
  return name === 'InvalidChangeBatch' && /values provided do not match|was not found/.test(said);
}

/**
 * Without `throwOnRequestTimeout` the SDK only warns, on the console, and waits on; `requestTimeout` ends with the
 * reply's headers, `socketTimeout` is for its body.
 */
function timeLimits({ timeoutMs }: ProviderIo) {
  return {
    requestTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    throwOnRequestTimeout: true,
  };
}

function credentialsOf(settings: Route53Config, io: ProviderIo): NonNullable<Route53ClientConfig['credentials']> {
  const { roleArn, externalId, region, stsEndpoint } = settings;
  const own = ownCredentials(settings, io);
  if (roleArn === undefined) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: roleArn,
      RoleSessionName: 'certfleet',
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig: {
      region,
      requestHandler: timeLimits(io),
      ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }),
    },
  });
}

function ownCredentials({ accessKeyId, secretAccessKey, profile }: Route53Config, io: ProviderIo) {
  if (accessKeyId !== undefined && secretAccessKey !== undefined && profile === undefined) {
    return { accessKeyId, secretAccessKey };
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined) {
    throw new PluginError('config', 'Give accessKeyId and secretAccessKey, a profile, or none of them.');
  }
  // Profiles and web identities assume roles as well.
  const clientConfig = { requestHandler: timeLimits(io) };
  return profile === undefined ? fromNodeProviderChain({ clientConfig }) : fromIni({ profile, clientConfig });
}

/** Names of AWS's errors that mean that the credentials are wrong, or may not do this. */
const refusals =
  /^(AccessDenied|AccessDeniedException|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|ExpiredToken|ExpiredTokenException|MissingAuthenticationToken|CredentialsProviderError|TokenProviderError)$/;
const throttlings = /^(Throttling|ThrottlingException|PriorRequestNotComplete|TooManyRequestsException)$/;

/** Whether AWS says that the credentials are wrong, or may not do what was tried. */
export function isDenied(error: unknown): boolean {
  return refusals.test((error as Partial<Error>).name ?? '');
}

function refusal(error: unknown, io: ProviderIo): PluginError {
  const {
    name = 'Error',
    message = String(error),
    $metadata,
  } = error as Partial<Error> & {
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  const reason = isDenied(error)
    ? 'credentials'
    : throttlings.test(name)
      ? 'rateLimited'
      : isStale(error)
        ? 'conflict'
        : status >= 400 && status < 500
          ? 'config'
          : 'unavailable';
  const why =
    name === 'AbortError' ? `no answer within ${(patience * io.timeoutMs) / 1000} s.` : `${message} (${name})`;
  return new PluginError(reason, `Amazon Route 53: ${why}`, { cause: error });
}
