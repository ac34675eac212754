import { type Certificate, csvLine } from '@certfleet/contract';

/** The columns of a table of certificates, with what stands in them. */
const columns: Readonly<Record<string, (certificate: Certificate) => string | number | null | undefined>> = {
  name: ({ name }) => name,
  health: ({ health }) => health,
  names: ({ identifiers }) => identifiers.map(({ value }) => value).join(' '),
  policy: ({ policy }) => policy,
  account: ({ version }) => version?.account,
  issuer: ({ version }) => version?.issuer,
  serial: ({ version }) => version?.serial,
  'not after': ({ version }) => version?.notAfter,
  'next order': ({ renewal }) => renewal?.at,
  targets: ({ assignments }) => assignments,
};

/** The header line. */
export const certificateCsvHeading = csvLine(Object.keys(columns));

/** One certificate, with its current version. */
export function certificateCsvLine(certificate: Certificate): string {
  return csvLine(Object.values(columns).map(value => String(value(certificate) ?? '')));
}
