import { printable } from '../output/printable.js';
import type { Terminal } from '../terminal.js';
import type { Progress } from './progress.js';

/** Shows steps that go on at the same time: live on a terminal, a line for each change elsewhere. */
export interface StepDisplay {
  /** Tells how far the step with this title is. Nothing more is shown of one that is done or failed. */
  update(title: string, progress: Progress): void;
  /** Marks what still goes on as not waited for, and resolves when everything has been drawn. */
  end(): Promise<void>;
}

/** Shows nothing, for --json. */
export const silentSteps: StepDisplay = { update: () => undefined, end: () => Promise.resolve() };

/** On standard error, so that standard output holds nothing but the result. */
export async function showSteps(titles: readonly string[], terminal: Terminal): Promise<StepDisplay> {
  // listr2 draws only when standard output is a terminal too.
  return terminal.interactive && terminal.columns !== null ? liveSteps(titles, terminal) : loggedSteps(terminal);
}

function loggedSteps(terminal: Terminal): StepDisplay {
  const shown = new Map<string, string>();
  return {
    update(title, { state, text }) {
      const line = `${title}: ${state === 'failed' ? 'FAILED: ' : ''}${printable(text)}`;
      if (shown.get(title) === line) return;
      shown.set(title, line);
      terminal.err.write(`${line}\n`);
    },
    end: () => Promise.resolve(),
  };
}

/** A step as listr2 sees it: a promise, and a line of output meanwhile. */
interface LiveStep {
  settled: Promise<void>;
  resolve(): void;
  reject(reason: Error): void;
  draw(text: string): void;
  title(text: string): void;
}

async function liveSteps(titles: readonly string[], terminal: Terminal): Promise<StepDisplay> {
  // Loaded only when it is needed: it takes as long to load as a request takes.
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  const err = terminal.err as NodeJS.WriteStream;
  const steps = new Map(titles.map(title => [title, liveStep()]));
  const run = new Listr(
    titles.map(title => ({
      title,
      task: (_, task) => {
        const step = steps.get(title);
        if (!step) return undefined;
        step.draw = text => {
          task.output = text;
        };
        step.title = text => {
          task.title = text;
        };
        return step.settled;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      renderer: 'default',
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(err, err), useIcons: true }),
        formatOutput: 'wrap',
        // The title says it already.
        showErrorMessage: false,
      },
    },
  ).run();
  return {
    update(title, { state, text }) {
      const step = steps.get(title);
      if (!step) return;
      const line = printable(text);
      if (state === 'working') return step.draw(line);
      step.title(`${title}: ${line}`);
      if (state === 'failed') step.reject(new Error(line));
      else step.resolve();
    },
    async end() {
      for (const step of steps.values()) step.reject(new Error('not waited for'));
      await run;
    },
  };
}

function liveStep(): LiveStep {
  let resolve: () => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const settled = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // A step may fail before it is drawn and listened to.
  settled.catch(() => undefined);
  return { settled, resolve, reject, draw: () => undefined, title: () => undefined };
}
