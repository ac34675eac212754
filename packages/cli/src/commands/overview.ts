import { type CertificateProblem, type Overview, operations } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { type Column, type Format, renderFacts, renderTable, type Tone } from '../output/table.js';
import { moment, when } from '../output/time.js';
import { budgetColumns } from './account-limits.js';

const operation = operations.system.overview;

const bad: Tone = 'bad';

const problemColumns: Column<CertificateProblem>[] = [
  { title: 'Problem', value: problem => problem.health, tone: () => bad },
  { title: 'What to do', value: told, flexible: 'wrap' },
];

function told({ certificate, since, message, remedy }: CertificateProblem, format: Format): string {
  return `${certificate}${since === null ? '' : `, ${when(since, format)}`}: ${message} ${remedy}`;
}

interface Week {
  from: string;
  expiring: number;
  renewals: number;
}

const weekColumns: Column<Week>[] = [
  { title: 'Week from', value: week => week.from },
  { title: 'Expiring', value: week => `${week.expiring}`, right: true },
  { title: 'Renewals', value: week => `${week.renewals}`, right: true },
];

/** How everything does, in one look. */
export const overview: CommandSpec = {
  name: 'overview',
  summary: operation.summary,
  operation,
  async run(invocation) {
    const found = await invocation.call(operation, {});
    invocation.print.result(found, () => text(found, invocation.print.format));
    return undefined;
  },
};

function text(found: Overview, format: Format): string {
  const { certificates, virtualServices, assignments, jobs, solvers, channels, problems, paused } = found;
  const budgets = found.accounts.flatMap(({ account, budgets }) => budgets.map(budget => ({ account, ...budget })));
  const weeks = weeksOf(found.days);
  const trouble = certificates.total - certificates.healthy - certificates['in-progress'] - certificates.due;
  const parts = [
    renderFacts(
      [
        ['Paused', paused && `since ${moment(paused.since, format)}: ${paused.reason}`, 'bad'],
        ['Certificates', counts(certificates, ['total', 'healthy', 'due', 'in-progress'])],
        [
          'To look at',
          trouble > 0
            ? counts(certificates, ['expired', 'revoked', 'needs-person', 'failing', 'not-deployed', 'unproven'], true)
            : 'nothing',
          trouble > 0 ? 'bad' : 'good',
        ],
        ['Assignments', counts(assignments, ['total', 'pending', 'failing', 'unproven'])],
        ['Virtual services', counts(virtualServices, ['total', 'up', 'down', 'disabled', 'redirect', 'unknown'], true)],
        ['Solvers', counts({ ...solvers, 'left over': solvers.leftOver }, ['total', 'disabled', 'left over'])],
        ['Channels', counts(channels, ['working', 'failing', 'disabled'])],
        ['Jobs', counts(jobs, ['running', 'due'])],
      ],
      format,
    ),
    problems.items.length > 0 ? renderTable(problems.items, problemColumns, format) : '',
    problems.total > problems.items.length
      ? `${problems.total - problems.items.length} more: certificate list --health failing, and so on\n`
      : '',
    weeks.length > 0 ? renderTable(weeks, weekColumns, format) : '',
    budgets.length > 0 ? renderTable(budgets, budgetColumns, format) : '',
  ];
  return parts.filter(Boolean).join('\n');
}

/** `12000 total, 11949 healthy`. `unlessZero` leaves out what there is none of, but for the first. */
function counts<K extends string>(of: Record<K, number>, keys: readonly K[], unlessZero = false): string {
  const told = keys.filter((key, at) => !unlessZero || of[key] > 0 || (at === 0 && key === 'total'));
  return told.map(key => `${of[key]} ${key}`).join(', ');
}

/** Those in which something is to happen. */
function weeksOf(days: Overview['days']): Week[] {
  const weeks: Week[] = [];
  for (let first = 0; first < days.length; first += 7) {
    const week = days.slice(first, first + 7);
    const sum = (field: 'expiring' | 'renewals') => week.reduce((all, day) => all + day[field], 0);
    weeks.push({ from: week[0]?.day ?? '', expiring: sum('expiring'), renewals: sum('renewals') });
  }
  return weeks.filter(({ expiring, renewals }) => expiring + renewals > 0);
}
