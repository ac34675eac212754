import { performance } from 'node:perf_hooks';

const interactive = process.stderr.isTTY === true;
const dim = (text: string) => (interactive ? `\u001b[2m${text}\u001b[22m` : text);
const green = (text: string) => (interactive ? `\u001b[32m${text}\u001b[39m` : text);
const red = (text: string) => (interactive ? `\u001b[31m${text}\u001b[39m` : text);

/** Tells people what happens, on standard error: standard output is for the result. */
export class Steps {
  /** Milliseconds of each step, by its key. */
  readonly times: Record<string, number> = {};

  heading(text: string): void {
    process.stderr.write(`\n${text}\n`);
  }

  /** Something to know, without a result of its own. */
  note(text: string): void {
    for (const line of text.split('\n')) process.stderr.write(`           ${dim(line)}\n`);
  }

  /** Runs one step and says how it ended and how long it took; `describe` may use what came of it. */
  async run<T>(key: string, doing: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T> {
    const started = performance.now();
    if (interactive) process.stderr.write(dim(`  …        ${doing}`));
    const clear = interactive ? '\r\u001b[2K' : '';
    try {
      const result = await work();
      this.times[key] = Math.round(performance.now() - started);
      process.stderr.write(`${clear}  ${green('✓')} ${this.#took(key)}  ${describe(result)}\n`);
      return result;
    } catch (error) {
      process.stderr.write(`${clear}  ${red('✗')}          ${doing}\n`);
      throw error;
    }
  }

  #took(key: string): string {
    return dim(`${((this.times[key] ?? 0) / 1000).toFixed(2)} s`.padStart(7));
  }
}
