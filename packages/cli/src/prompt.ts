import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { usageFailure } from './failure.js';
import type { Terminal } from './terminal.js';

/** Questions to the person at the terminal. Each throws a usage Failure when nobody sits there. */
export interface Prompter {
  /** Yes or no; no unless "y" or "yes" is typed. */
  confirm(question: string): Promise<boolean>;
  text(question: string): Promise<string>;
  /** Without showing what is typed. */
  secret(question: string): Promise<string>;
}

/** Asks on standard error, so that standard output holds nothing but the result. */
export function terminalPrompter(terminal: Terminal): Prompter {
  return {
    confirm: async question => /^y(es)?$/i.test(await ask(terminal, `${question} [y/N] `, true)),
    text: question => ask(terminal, `${question}: `, true),
    secret: question => ask(terminal, `${question}: `, false),
  };
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

function ask(terminal: Terminal, question: string, echo: boolean): Promise<string> {
  if (!terminal.interactive) {
    return Promise.reject(
      usageFailure(
        `There is nobody to ask for "${question.replace(/[:\s]+$/, '')}": this is not a terminal.`,
        'Give the answer by an option, a file or the environment; --help names them.',
      ),
    );
  }
  return new Promise((resolve, reject) => {
    // readline echoes to its output: where there is none, nothing of a password is shown.
    const lines = createInterface({ input: terminal.in, output: echo ? terminal.err : nowhere(), terminal: true });
    if (!echo) terminal.err.write(question);
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => reject(usageFailure('Cancelled; nothing was changed.', 'Run the command again.')));
    lines.question(echo ? question : '', answer => {
      if (!echo) terminal.err.write('\n');
      resolve(answer);
      lines.close();
    });
  });
}
