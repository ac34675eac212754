import { createReadStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DestinationStream, pino } from 'pino';
import type { Instant } from './domain/time.js';

type File = ReturnType<typeof pino.destination>;

/** Bytes after which a new file is begun; one older file is kept. */
const defaultLimit = 8_388_608;

/**
 * The server's own log lines of late, kept in `<data folder>/log` in two files of bounded size, so that they can be
 * shown and downloaded without access to the machine. Each server keeps those of its own.
 */
export class SystemLog implements DestinationStream {
  readonly #path: string;
  readonly #limit: number;
  readonly #file: File;
  #size: number;

  private constructor(path: string, limit: number, file: File) {
    this.#path = path;
    this.#limit = limit;
    this.#file = file;
    this.#size = sizeOf(path);
  }

  /** Opens the log of a data folder (0700), and makes it there is none. */
  static open(dataDir: string, limit = defaultLimit): SystemLog {
    const folder = join(dataDir, 'log');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'certfleet.log');
    return new SystemLog(path, limit, pino.destination({ dest: path, sync: true, mode: 0o600 }));
  }

  /** One line of the log, with its line feed. */
  write(line: string): void {
    this.#file.write(line);
    this.#size += Buffer.byteLength(line);
    if (this.#size < this.#limit) return;
    renameSync(this.#path, `${this.#path}.1`);
    this.#file.reopen();
    this.#size = 0;
  }

  /** The lines written at or after a moment, the oldest first. */
  async *lines(since: Instant): AsyncIterable<LogLine> {
    for (const path of [`${this.#path}.1`, this.#path]) {
      if (sizeOf(path) === 0) continue;
      for await (const text of createInterface({
        input: createReadStream(path),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        const line = parseLine(text);
        if (line && line.at >= since) yield line;
      }
    }
  }

  close(): void {
    this.#file.end();
  }
}

/** A line of the log. */
export interface LogLine {
  at: Instant;
  /** `info` */
  level: string;
  message: string;
  /** What else it says. */
  facts: Record<string, unknown>;
}

/** Undefined for what a crash has cut off. */
function parseLine(text: string): LogLine | undefined {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { time, level, msg = '', ...facts } = line;
  return {
    at: typeof time === 'number' ? time : Date.parse(String(time)),
    level: pino.levels.labels[Number(level)] ?? String(level),
    message: String(msg),
    facts,
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
