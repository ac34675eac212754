import type { Terminal } from '../terminal.js';
import { type Column, type Fact, type Format, renderFacts, renderTable } from './table.js';

/** Prints results: one JSON document, or text for people. */
export class Printer {
  readonly json: boolean;
  readonly #terminal: Terminal;
  readonly #settings: { utc: boolean; now(): Date; zone: string | null };

  constructor(terminal: Terminal, settings: { json: boolean; utc: boolean; now(): Date; zone: string | null }) {
    this.json = settings.json;
    this.#terminal = terminal;
    this.#settings = settings;
  }

  /** How to lay out what is printed now. */
  get format(): Format {
    const { utc, now, zone } = this.#settings;
    return {
      now: now(),
      zone: utc ? 'UTC' : zone,
      columns: this.#terminal.columns,
      colour: this.#terminal.colour && !this.json,
    };
  }

  /** The command's result: `document` as it is with --json, else what `render` makes of it. */
  result(document: unknown, render: () => string): void {
    this.#terminal.out.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : render());
  }

  /** A list as a table; `empty` instead when nothing is in it. */
  list<T>(page: { items: T[]; nextCursor: string | null }, columns: readonly Column<T>[], empty: string): void {
    this.result(page, () => (page.items.length > 0 ? renderTable(page.items, columns, this.format) : ''));
    if (!this.json && page.items.length === 0) this.note(empty);
    if (page.nextCursor !== null) this.note(`These are the first ${page.items.length}; --all shows every one.`);
  }

  facts(document: unknown, facts: readonly Fact[]): void {
    this.result(document, () => renderFacts(facts, this.format));
  }

  /** Something worth knowing that is not the result. Silent with --json. */
  note(text: string): void {
    if (!this.json) this.#terminal.err.write(`${text}\n`);
  }
}
