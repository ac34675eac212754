import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientConfig, FromClient, Round, ToClient } from './round.js';

/** No answer for so long that whoever should have answered must hang. */
export class NoAnswer extends Error {}

/** What packages/acme says when its own patience ended before ours. */
const timedOut = /no complete answer within \d+ ms/;

/** A program of this folder that obtains certificates, in a process of its own so that its CPU time is its own. */
export class ClientProcess {
  readonly #child: ChildProcess;
  #rounds = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** `file` is relative to this folder. Our packages are taken as compiled, other TypeScript through tsx. */
  static async start(file: string, config: ClientConfig): Promise<ClientProcess> {
    const execArgv = ['--import', 'tsx', ...(process.env.CERTFLEET_BENCH_NODE_OPTIONS?.split(' ') ?? [])];
    const client = new ClientProcess(fork(fileURLToPath(new URL(file, import.meta.url)), [], { execArgv }));
    await client.#ask({ configure: config }, 60_000);
    return client;
  }

  /** Has it obtain that many. @throws {NoAnswer} when it takes longer than any CA that works. */
  async round(certificates: number): Promise<Round> {
    this.#rounds += 1;
    const answer = await this.#ask(
      { issue: certificates, prefix: `round-${this.#rounds}-${process.hrtime.bigint()}` },
      15_000 + certificates * 150,
    );
    if (!('round' in answer)) throw new Error('The client did not answer with a round.');
    return answer.round;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const stubborn = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(stubborn);
  }

  async #ask(message: ToClient, withinMs: number): Promise<FromClient> {
    const answered = once(this.#child, 'message', { signal: AbortSignal.timeout(withinMs) });
    this.#child.send(message);
    let answer: FromClient;
    try {
      [answer] = (await Promise.race([answered, this.#ended()])) as [FromClient];
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') throw new NoAnswer(`No answer within ${withinMs} ms.`);
      throw error;
    }
    if ('failed' in answer && timedOut.test(answer.failed)) throw new NoAnswer(answer.failed);
    if ('failed' in answer) throw new Error(`The client failed:\n${answer.failed}`);
    return answer;
  }

  async #ended(): Promise<never> {
    const [code, signal] = await once(this.#child, 'exit');
    throw new Error(`The client ended early (${signal ?? `status ${code}`}).`);
  }
}
