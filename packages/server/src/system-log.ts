import { closeSync, createReadStream, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DestinationStream, pino } from 'pino';
import type { Instant } from './domain/time.js';

/** Bytes after which a new file is begun; one older file is kept. */
const defaultLimit = 8_388_608;

/**
 * The server's own log lines of late, kept in `<data folder>/log` (0700) in two files of bounded size, so that they can
 * be shown and downloaded without access to the machine. Each server keeps those of its own.
 */
export class SystemLog implements DestinationStream {
  readonly #path: string;
  readonly #limit: number;
  /** The open file; undefined before the first line, and after one that could not be written. */
  #file: { descriptor: number; size: number } | undefined;
  /** A line was not written, or not all of it. */
  #isCut = false;

  constructor(dataDir: string, limit = defaultLimit) {
    this.#path = join(dataDir, 'log', 'certfleet.log');
    this.#limit = limit;
  }

  /**
   * One line of the log, with its line feed. Throws what the system says, for instance ENOSPC: the line is not kept,
   * and the next one begins anew.
   */
  write(line: string): void {
    const bytes = Buffer.from(this.#isCut ? `\n${line}` : line);
    try {
      const file = this.#roomyFile();
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(file.descriptor, bytes, written);
      }
      file.size += bytes.length;
      this.#isCut = false;
    } catch (error) {
      this.#isCut = true;
      this.close();
      throw error;
    }
  }

  /** The file, a new one if the former is full. */
  #roomyFile(): { descriptor: number; size: number } {
    this.#file ??= openFile(this.#path);
    if (this.#file.size < this.#limit) return this.#file;
    this.close();
    renameSync(this.#path, `${this.#path}.1`);
    this.#file = openFile(this.#path);
    return this.#file;
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
    if (this.#file) closeSync(this.#file.descriptor);
    this.#file = undefined;
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

function openFile(path: string): { descriptor: number; size: number } {
  const folder = dirname(path);
  // Not recursive: a data folder that is gone is not made anew for the log.
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  const descriptor = openSync(path, 'a', 0o600);
  return { descriptor, size: sizeOf(path) };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
