import type { Readable, Writable } from 'node:stream';

/** Where a command reads and writes. Results go to `out`; questions, progress, notes and errors to `err`. */
export interface Terminal {
  in: Readable;
  out: Writable;
  err: Writable;
  /** Someone sits there who can be asked: standard input and standard error are terminals. */
  interactive: boolean;
  /** Characters in a line of `out`; null when it is not a terminal, so that nothing is cut off in a pipe. */
  columns: number | null;
  colour: boolean;
}

/** This process's terminal. NO_COLOR (no-color.org) turns colours off. */
export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  return {
    in: process.stdin,
    out: process.stdout,
    err: process.stderr,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    colour: Boolean(process.stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}
