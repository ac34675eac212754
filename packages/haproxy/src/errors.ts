/**
 * Why something could not be done with HAProxy; stable, for programs to branch on.
 *
 * - `invalidModel` the virtual services cannot be expressed (the message names the field)
 * - `notInstalled` / `tooOld` the binary
 * - `refused` HAProxy refuses the configuration or a certificate; `detail` has its words
 * - `portInUse` / `notPermitted` an address could not be bound
 * - `notRunning` no process answers on the socket
 * - `startFailed` / `reloadFailed` the process did not come up with the configuration
 * - `commandFailed` the runtime API answered with an error
 * - `timedOut` no answer within the time allowed
 * - `busy` another process holds the instance's lock
 * - `readBackDiffers` HAProxy accepted something, but shows something else
 */
export type HaproxyErrorReason =
  | 'invalidModel'
  | 'notInstalled'
  | 'tooOld'
  | 'refused'
  | 'portInUse'
  | 'notPermitted'
  | 'notRunning'
  | 'startFailed'
  | 'reloadFailed'
  | 'commandFailed'
  | 'timedOut'
  | 'busy'
  | 'readBackDiffers';

/** Every expected failure of this package. The message says what was tried, what came back and what to do. */
export class HaproxyError extends Error {
  readonly reason: HaproxyErrorReason;
  /** HAProxy's own words, when it said any. */
  readonly detail: string | undefined;

  /** The field of the virtual service that it is about, where one is. */
  readonly field: string | undefined;

  constructor(
    reason: HaproxyErrorReason,
    message: string,
    options: { detail?: string; field?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HaproxyError';
    this.reason = reason;
    this.detail = options.detail;
    this.field = options.field;
  }
}

/** The code of a system error (`ENOENT`, `EADDRINUSE` …), or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
