import { type BenchCa, startCa } from './ca.js';
import { ClientProcess, NoAnswer } from './client-process.js';
import { median } from './report.js';
import type { ClientConfig, Round } from './round.js';

/** A client that takes part. */
export interface Contestant {
  name: string;
  /** Its program, relative to this folder. */
  program: string;
  answeredBy: ClientConfig['answeredBy'];
  /** Certificates in each of its rounds, so that the rounds of quick and slow clients take about as long. */
  certificates: number;
}

/** What a contestant's rounds came to. */
export interface Outcome {
  name: string;
  rounds: Round[];
}

/** Medians over the rounds; connections are those of the whole process. */
export interface Summary {
  name: string;
  perSecond: number;
  cpuMs: number;
  requests: number;
  heads: number;
  connections: number;
}

/** Attempts to begin a contestant's round again after its Pebble hung. */
const attempts = 5;

/**
 * Lets clients obtain certificates in turns, one round each, over and over: whatever else the machine does meets them
 * all. Each has a Pebble of its own, since a Pebble becomes slower with what it has issued, and a first round that does
 * not count, in which code is compiled and connections are opened.
 */
export async function sideBySide(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<{ outcomes: Outcome[]; hangs: number }> {
  const running: Running[] = [];
  try {
    for (const contestant of contestants) running.push(await Running.start(contestant));
    const outcomes = contestants.map(({ name }): Outcome => ({ name, rounds: [] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [i, one] of running.entries()) outcomes[i]?.rounds.push(await one.round());
    }
    return { outcomes, hangs: running.reduce((sum, { hangs }) => sum + hangs, 0) };
  } finally {
    await Promise.all(running.map(one => one.stop()));
  }
}

/** The ratio of two contestants' figures, round by round, and the median of that: what both met weighs equally. */
export function ratioOf(one: Outcome, other: Outcome, value: (round: Round) => number): number {
  return median(one.rounds.map((round, i) => value(round) / value(other.rounds[i] as Round)));
}

export const perSecond = ({ certificates, seconds }: Round) => certificates / seconds;
export const cpuEach = ({ certificates, cpuMs }: Round) => cpuMs / certificates;

export function summarize({ name, rounds }: Outcome): Summary {
  const all = (value: (round: Round) => number) => median(rounds.map(value));
  return {
    name,
    perSecond: all(perSecond),
    cpuMs: all(cpuEach),
    requests: all(({ requests, certificates }) => requests / certificates),
    heads: all(({ heads, certificates }) => heads / certificates),
    connections: Math.max(...rounds.map(({ connections }) => connections)),
  };
}

class Running {
  readonly #contestant: Contestant;
  #ca: BenchCa;
  #client: ClientProcess;
  hangs = 0;

  private constructor(contestant: Contestant, ca: BenchCa, client: ClientProcess) {
    this.#contestant = contestant;
    this.#ca = ca;
    this.#client = client;
  }

  static async start(contestant: Contestant): Promise<Running> {
    const ca = await startCa(contestant.answeredBy);
    const running = new Running(contestant, ca, await startClient(contestant, ca));
    try {
      await running.#warmUp();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      await running.#startAgain(error);
    }
    return running;
  }

  /** @throws when the client fails, or Pebble hung too often */
  async round(): Promise<Round> {
    for (;;) {
      try {
        return await this.#client.round(this.#contestant.certificates);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        await this.#startAgain(error);
      }
    }
  }

  async stop(): Promise<void> {
    await this.#client.stop();
    await this.#ca.stop();
  }

  async #warmUp(): Promise<void> {
    await this.#client.round(Math.ceil(this.#contestant.certificates / 2));
  }

  /** Pebble may deadlock for good (see test/harness/pebble.ts): then everything of this contestant begins anew. */
  async #startAgain(error: NoAnswer): Promise<void> {
    this.hangs += 1;
    if (this.hangs >= attempts) throw error;
    await this.stop();
    this.#ca = await startCa(this.#contestant.answeredBy);
    this.#client = await startClient(this.#contestant, this.#ca);
    await this.#warmUp();
  }
}

function startClient({ program }: Contestant, ca: BenchCa): Promise<ClientProcess> {
  return ClientProcess.start(program, ca.config);
}
