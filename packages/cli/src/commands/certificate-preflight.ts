import {
  CertificatePreflight,
  operations,
  type PreflightFinding,
  type PreflightReport,
  type PreflightResult,
} from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { type Column, renderTable, type Tone } from '../output/table.js';
import { name } from './arguments.js';
import { preflightFlags } from './certificate-input.js';

const tones: Record<PreflightResult, Tone> = { ok: 'good', unknown: 'dim', warning: 'busy', refused: 'bad' };

const columns: Column<PreflightFinding>[] = [
  { title: 'Result', value: ({ result }) => result, tone: ({ result }) => tones[result] },
  { title: 'Check', value: ({ check }) => check },
  { title: 'Name', value: finding => finding.name ?? 'all', flexible: 'wrap' },
  { title: 'Found', value: ({ message, remedy }) => (remedy ? `${message} ${remedy}` : message), flexible: 'wrap' },
];

const verdicts: Record<PreflightResult, string> = {
  ok: 'Nothing speaks against an order.',
  unknown: 'Nothing that can be seen from here speaks against an order.',
  warning: 'An order may fail: see the warnings.',
  refused: 'An order would fail: see what is refused.',
};

/** `certificate preflight`: what would make an order fail. */
export const preflightCommand: CommandSpec = {
  name: 'preflight',
  summary: operations.certificate.preflight.summary,
  details: [
    'Of a certificate that is there, or, with --identifier, of one that is to be requested under this name. It ends with 1 if an order could only fail, with 0 otherwise.',
  ],
  arguments: [name('The certificate')],
  operation: operations.certificate.preflight,
  flags: [...preflightFlags, { name: 'problems', help: 'Show only what is not ok.' }],
  examples: [
    'certificate preflight www --identifier www.example.com --identifier *.example.com=dns',
    'certificate preflight www --problems',
  ],
  async run(invocation) {
    const body = invocation.body(CertificatePreflight, { name: invocation.argument('name') });
    const report = await invocation.call(operations.certificate.preflight, { body });
    const shown = invocation.flags.has('problems') ? problemsOf(report) : report;
    const { print } = invocation;
    print.result(shown, () => (shown.findings.length > 0 ? renderTable(shown.findings, columns, print.format) : ''));
    print.note(verdicts[report.result]);
    return report.result === 'refused' ? exitCodes.failed : undefined;
  },
};

function problemsOf({ result, findings }: PreflightReport): PreflightReport {
  return { result, findings: findings.filter(finding => finding.result !== 'ok') };
}
