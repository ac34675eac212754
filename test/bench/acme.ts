import { figure, type Report, times } from './report.js';
import { concurrency } from './round.js';
import { cpuEach, type Outcome, perSecond, ratioOf, type Summary, sideBySide, summarize } from './side-by-side.js';

/** packages/acme alone against acme-client: single names, warm. */
export async function benchAcme(): Promise<Report> {
  const { outcomes, hangs } = await sideBySide(
    [
      {
        name: 'packages/acme',
        program: 'acme/certfleet.child.ts',
        answeredBy: 'stateless-responder',
        certificates: 300,
      },
      {
        name: 'acme-client',
        program: 'acme/acme-client.child.ts',
        answeredBy: 'stateless-responder',
        certificates: 100,
      },
    ],
    7,
  );
  const [ours, theirs] = outcomes as [Outcome, Outcome];
  const own = summarize(ours);
  const rate = ratioOf(ours, theirs, perSecond);
  const cpu = ratioOf(theirs, ours, cpuEach);
  return {
    title: 'acme: the client alone',
    about: `Single-name certificates with new P-256 keys, ${concurrency} at a time, real http-01 validations. Medians of 7 rounds in turns.`,
    table: clientTable(outcomes.map(summarize)),
    targets: [
      { goal: '≤ 7.2 requests a certificate', measured: figure(own.requests, 2), met: own.requests <= 7.2 },
      { goal: 'no HEAD', measured: figure(own.heads, 2), met: own.heads === 0 },
      {
        goal: `one connection per worker (${concurrency})`,
        measured: String(own.connections),
        met: own.connections <= concurrency,
      },
      { goal: '≥ 4× less CPU than acme-client', measured: times(cpu), met: cpu >= 4 },
      { goal: '≥ 3× the rate of acme-client', measured: times(rate), met: rate >= 3 },
      { goal: 'aim: 6× the rate', measured: times(rate), met: rate >= 6 },
    ],
    notes: hangNote(hangs),
  };
}

export function clientTable(summaries: readonly Summary[]): string[][] {
  return [
    ['client', 'certificates/s', 'CPU ms each', 'requests each', 'HEAD each', 'connections'],
    ...summaries.map(({ name, perSecond, cpuMs, requests, heads, connections }) => [
      name,
      figure(perSecond),
      figure(cpuMs),
      figure(requests, 2),
      figure(heads, 2),
      String(connections),
    ]),
  ];
}

export function hangNote(hangs: number): string[] {
  if (hangs === 0) return [];
  return [`Pebble hung ${hangs} times (its known deadlock); it was started again and the round was repeated.`];
}
