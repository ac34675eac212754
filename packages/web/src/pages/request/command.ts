import type { Wish } from './draft.js';

/**
 * The command that asks for the same, one option on a line, for POSIX shells. A CSR is in a file there; `request.csr`
 * stands for it.
 */
export function commandOf({ name, identifiers, policy, keyAlgorithm, profile, csr, assignments }: Wish): string {
  const options: [string, string][] = [
    ...identifiers.map(({ value, solver }): [string, string] => [
      '--identifier',
      solver === null ? value : `${value}=${solver}`,
    ]),
    ...option('--policy', policy === 'default' ? null : policy),
    ...option('--key-algorithm', keyAlgorithm),
    ...option('--profile', profile),
    ...option('--csr', csr === null ? null : 'request.csr'),
    ...assignments.map(({ target, isDefault }): [string, string] => [
      '--assign',
      isDefault ? `${target}:default` : target,
    ]),
  ];
  const lines = [
    `certfleet certificate request ${word(name)}`,
    ...options.map(([flag, value]) => `${flag} ${word(value)}`),
    '--wait',
  ];
  return lines.join(' \\\n  ');
}

function option(flag: string, value: string | null): [string, string][] {
  return value === null ? [] : [[flag, value]];
}

/** One word for a POSIX shell. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
