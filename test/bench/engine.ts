import { clientTable, hangNote } from './acme.js';
import { fsyncTime } from './conditions.js';
import { figure, type Report } from './report.js';
import { concurrency } from './round.js';
import { type Outcome, perSecond, ratioOf, sideBySide, summarize } from './side-by-side.js';

/** The whole engine with its store on disk against the bare loop of packages/acme. */
export async function benchEngine(): Promise<Report> {
  const bare = 'acme/certfleet.child.ts';
  const certificates = 200;
  const { outcomes, hangs } = await sideBySide(
    [
      { name: 'engine', program: 'engine/engine.child.ts', answeredBy: 'own-haproxy', certificates },
      { name: 'bare loop, same HAProxy way', program: bare, answeredBy: 'own-haproxy', certificates },
      { name: 'bare loop, nothing to present', program: bare, answeredBy: 'stateless-responder', certificates },
    ],
    5,
  );
  const [engine, loop, stateless] = outcomes as [Outcome, Outcome, Outcome];
  const ratio = ratioOf(engine, loop, perSecond);
  const strict = ratioOf(engine, stateless, perSecond);
  return {
    title: 'engine: from a due certificate to a stored version',
    about:
      `Single-name certificates, ${concurrency} at a time, SQLite with synchronous=FULL. Engine and bare loop both present ` +
      'through the runtime map of an HAProxy. Medians of 5 rounds in turns.',
    table: clientTable(outcomes.map(summarize)),
    targets: [
      { goal: '≥ 60 % of the rate of the bare loop', measured: `${figure(ratio * 100, 0)} %`, met: ratio >= 0.6 },
    ],
    notes: [
      `fdatasync of 4 KiB on this disk, measured just now: median ${figure(fsyncTime(), 2)} ms.`,
      `Against a loop that has nothing to present, since its responder knows every answer: ${figure(strict * 100, 0)} %.`,
      ...hangNote(hangs),
    ],
  };
}
