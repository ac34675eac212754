import { type DestinationStream, type Logger, pino } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Field names that never reach the log with their value, wherever a careless line puts them: two levels deep. */
const secretFields = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["x-csrf-token"]',
  'password',
  'passwordHash',
  'token',
  'csrfToken',
  'secret',
  'privateKey',
  'privateKeyPem',
  'hmacKey',
  'masterKey',
  'masterKeySecret',
  'passPhrase',
  '["certfleet-pass-phrase"]',
  '["certfleet-master-key"]',
];

/**
 * The log: JSON lines with the time in RFC 3339, to standard output unless a test gives another destination.
 *
 * Redaction is the second line: what is logged of a request (see http/log.ts) has no headers, body or query at all.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const path = (prefix: string, field: string) =>
    field.startsWith('[') ? `${prefix}${field}` : prefix ? `${prefix}.${field}` : field;
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['', '*', '*.*'].flatMap(prefix => secretFields.map(field => path(prefix, field))),
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Two places for the same lines: standard output, unless a test gives another, and one where they are kept as far as
 * that is possible: on a full disk the server goes on without, and standard output says so.
 */
export function keptIn(
  place: DestinationStream,
  level: LogLevel,
  standardOutput: DestinationStream = pino.destination({ fd: 1, sync: true }),
): DestinationStream {
  return pino.multistream([
    { level, stream: standardOutput },
    { level, stream: keptIfPossible(place, createLogger(level, standardOutput)) },
  ]);
}

/** Leaves out what can't be written, and tells of the first and of how many there were. */
function keptIfPossible(place: DestinationStream, standardOutput: Logger): DestinationStream {
  let missing = 0;
  return {
    write(line) {
      try {
        place.write(line);
      } catch (error) {
        if (missing === 0)
          standardOutput.error(
            { err: error },
            `Log lines can’t be kept in the data folder: ${error instanceof Error ? error.message : error}`,
          );
        missing += 1;
        return;
      }
      if (missing > 0)
        standardOutput.warn({ missing }, `Log lines are kept again; ${missing} are missing in the data folder`);
      missing = 0;
    },
  };
}
