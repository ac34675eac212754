import { connect } from 'node:net';
import { HaproxyError, systemErrorCode } from './errors.js';

/** How long and how much one exchange with HAProxy may take. */
export interface RuntimeLimits {
  /** Milliseconds for the whole exchange. */
  readonly timeout?: number;
  /** Bytes of answer. */
  readonly maxAnswer?: number;
}

const TIMEOUT = 15_000;
/** `show stat` with 10,000 services and real servers stays below it. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** HAProxy's answers that mean failure though nothing in the protocol says so. */
const FAILURE =
  /^(Unknown |Can't |Cannot |unable |Invalid |Missing |No such |Permission denied|Require |Expects? |.*\bdoesn't exist|'[^']*' (expects|requires)|\[ALERT\]|.*\bnot found\b)/im;

/**
 * A client of HAProxy's runtime API (and of its master's, which speaks the same way) on a unix socket.
 *
 * One connection for each exchange: HAProxy then closes after the answer, so there is no prompt to look for.
 */
export class RuntimeSocket {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Sends one command, or several joined by `;`, and returns all that came back.
   *
   * @param payload lines that follow the command (`<<`); blank lines are left out, as one would end it
   * @throws {HaproxyError} `notRunning` if nobody listens, `timedOut`, `commandFailed` for an answer beyond the limits
   */
  ask(command: string, payload?: string, limits: RuntimeLimits = {}): Promise<string> {
    if (/[\r\n]/.test(command)) throw new TypeError(`A command is one line: ${JSON.stringify(command)}`);
    const text = payload === undefined ? `${command}\n` : `${command} <<\n${withoutBlankLines(payload)}\n\n`;
    return this.#exchange(text, command, limits.timeout ?? TIMEOUT, limits.maxAnswer ?? MAX_ANSWER);
  }

  /**
   * Sends a command whose answer must not be one of HAProxy's complaints.
   *
   * @throws {HaproxyError} `commandFailed` with HAProxy's words as detail, and all that `ask` throws
   */
  async run(command: string, payload?: string, limits: RuntimeLimits = {}): Promise<string> {
    const answer = await this.ask(command, payload, limits);
    if (FAILURE.test(answer)) throw commandFailed(command, answer);
    return answer;
  }

  #exchange(text: string, command: string, timeout: number, maxAnswer: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const socket = connect(this.path);
      const fail = (error: HaproxyError) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(
        () =>
          fail(new HaproxyError('timedOut', `HAProxy did not answer "${command}" on ${this.path} in ${timeout} ms.`)),
        timeout,
      );
      // The master's socket stays open until we have said that nothing follows.
      socket.on('connect', () => socket.end(text));
      socket.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxAnswer) chunks.push(chunk);
        else fail(commandFailed(command, `more than ${maxAnswer} bytes`));
      });
      socket.on('end', () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
      socket.on('error', cause => {
        const code = systemErrorCode(cause) ?? String(cause);
        fail(
          new HaproxyError('notRunning', `Could not send "${command}" to HAProxy: ${this.path} answered ${code}.`, {
            cause,
          }),
        );
      });
    });
  }
}

/** The error for a command that HAProxy turned down. */
export function commandFailed(command: string, answer: string): HaproxyError {
  const detail = answer.trim();
  return new HaproxyError('commandFailed', `HAProxy turned down "${command}": ${detail.slice(0, 1000)}`, { detail });
}

function withoutBlankLines(payload: string): string {
  return payload
    .split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .join('\n');
}
