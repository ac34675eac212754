import { type BenchRow, benchHaproxy } from './haproxy.js';
import { figure, type Report, type Target, times } from './report.js';

/** What HAProxy's figures come to. */
export async function reportHaproxy(): Promise<Report> {
  const rows = await benchHaproxy();
  const renewals = rows.filter(({ what }) => what === 'renewed certificate live');
  const changes = rows.filter(({ what }) => what === 'structure change live');
  const growth = (renewals[1]?.milliseconds ?? Number.NaN) / (renewals[0]?.milliseconds ?? Number.NaN);
  return {
    title: 'haproxy: changes under load',
    about: 'New connections and keep-alive connections send requests all the time. Medians.',
    table: [
      ['change', 'HAProxy has', 'ms until live', 'changes', 'requests', 'failed'],
      ...rows.map(({ what, size, milliseconds, rounds, sent, failures }) => [
        what,
        String(size),
        figure(milliseconds),
        String(rounds),
        String(sent),
        String(failures.length),
      ]),
    ],
    targets: [
      noneFailed('renewed certificates: 0 failed of ≥ 5,000 requests', renewals.slice(0, 1), 5000),
      { goal: 'time to be live grows < 2× from 1 to 2,000 certificates', measured: times(growth), met: growth < 2 },
      ...changes.map(change =>
        noneFailed(`structure change at ${change.size} virtual services: 0 failed`, [change], 1),
      ),
    ],
    notes: rows.flatMap(({ failures }) => failures.slice(0, 3).map(({ at, why }) => `after ${at} ms: ${why}`)),
  };
}

/** All renewals run under one and the same load, whose requests each of their rows repeats. */
function noneFailed(goal: string, rows: readonly BenchRow[], atLeast: number): Target {
  const sent = rows.reduce((sum, row) => sum + row.sent, 0);
  const failed = rows.reduce((sum, row) => sum + row.failures.length, 0);
  return { goal, measured: `${failed} of ${sent}`, met: failed === 0 && sent >= atLeast };
}
