import { type ErrorCode, errorCatalogue } from '@certfleet/contract';
import type { Invocation } from './command.js';
import { exitCodes } from './exit-codes.js';
import { Failure, usageFailure } from './failure.js';
import type { Flag } from './flags.js';

/*
 * For commands that load the server instead of talking to it. The server package is loaded when one of them runs and
 * not before: it costs more time than all the others take.
 */

/** Which certfleet.yaml. */
export const configFlag: Flag = {
  name: 'config',
  placeholder: 'file',
  help: 'The configuration. (default: CERTFLEET_CONFIG, ./certfleet.yaml, /etc/certfleet/certfleet.yaml)',
};

/** Where the configuration comes from, as the server package wants it. */
export function sources({ flags, world }: Invocation): {
  configFile: string | undefined;
  env: NodeJS.ProcessEnv;
  cwd: string;
} {
  return { configFile: flags.text('config'), env: world.env, cwd: world.cwd };
}

/** The server package's exports. */
export type Server = typeof import('@certfleet/server');

/** Loads the server package and turns its errors into failures. */
export async function withServer<T>({ world }: Invocation, use: (server: Server) => Promise<T>): Promise<T> {
  const server = await world.loadServer();
  try {
    return await use(server);
  } catch (error) {
    if (error instanceof server.ConfigError) {
      throw usageFailure(error.message, 'Correct certfleet.yaml or the environment; every key is in the reference.');
    }
    throw failureOfServer(error) ?? error;
  }
}

/** Of an error that the server foresaw, or that the system gave for a file, a port or a database; else undefined. */
function failureOfServer(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (error.code in errorCatalogue) {
    const code = error.code as ErrorCode;
    const { title, remedy } = errorCatalogue[code];
    return new Failure(`${title}: ${error.message}`, { exitCode: exitCodes.failed, code, remedy, cause: error });
  }
  if (!('syscall' in error)) return undefined;
  return new Failure(error.message, {
    exitCode: exitCodes.failed,
    remedy: 'Correct what the system complains about; nothing was changed.',
    cause: error,
  });
}
