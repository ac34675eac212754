import { PassThrough, Readable, Writable } from 'node:stream';
import { ApiClient } from '@certfleet/contract';
import type { World } from '../command.js';
import { main } from '../main.js';
import { FakeApi } from './fake-api.js';
import { now } from './samples.js';

/** How a command line is run in a test. */
export interface Circumstances {
  api?: FakeApi;
  env?: NodeJS.ProcessEnv;
  /** What a person types, in the order of the questions; left out: nobody sits there. */
  answers?: string[];
  /** What comes in on standard input. */
  input?: string;
  columns?: number | null;
  home?: string;
  /** Called instead of waiting. */
  onDelay?: () => void;
  /** What the event stream sends; then it ends. */
  stream?: string[];
  world?: Partial<World>;
}

export interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The questions that were asked. */
  questions: string[];
}

/** Runs a command line against an API in memory, at the moment of the samples, with times in UTC. */
export async function run(argv: string[], circumstances: Circumstances = {}): Promise<Run> {
  const { api = new FakeApi(), answers, columns = 80 } = circumstances;
  const out = collector();
  const err = collector();
  const questions: string[] = [];
  const answer = async (question: string): Promise<string> => {
    questions.push(question);
    const next = answers?.shift();
    if (next === undefined) throw new Error(`Nobody answers: ${question}`);
    return next;
  };
  let time = now.getTime();
  const interruption = new AbortController();
  const world: World = {
    env: circumstances.env ?? {},
    terminal: {
      in: circumstances.input === undefined ? new PassThrough() : Readable.from([circumstances.input]),
      out: out.stream,
      err: err.stream,
      interactive: answers !== undefined,
      columns,
      colour: false,
    },
    ask: { confirm: async question => (await answer(question)) === 'y', text: answer, secret: answer },
    now: () => new Date(time),
    zone: 'UTC',
    home: circumstances.home ?? '/nonexistent',
    cwd: '/nonexistent',
    loadServer: () => Promise.reject(new Error('This command should not load the server.')),
    connect: async () => ({
      url: 'https://certfleet.example:8443',
      client: new ApiClient(api.transport),
      stream: async () => {
        const chunks = circumstances.stream ?? [];
        return (async function* () {
          yield* chunks.map(chunk => Buffer.from(chunk));
          interruption.abort();
        })();
      },
      close: async () => undefined,
    }),
    delay: async milliseconds => {
      time += milliseconds;
      circumstances.onDelay?.();
    },
    interruption: () => interruption.signal,
    ...circumstances.world,
  };
  const exitCode = await main(argv, world);
  return { exitCode, stdout: out.text(), stderr: err.text(), questions };
}

function collector(): { stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
