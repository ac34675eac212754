import type { CaProblem, Subject } from '@certfleet/contract';
import type { AriChoice } from '../domain/renewal.js';
import { type RecordOf, RecordShape } from './records.js';
import type { CertificateTable } from './schema/index.js';

/** A name to certify; its solver, if one is set for it alone. */
export interface CertificateIdentifier {
  type: 'dns' | 'ip';
  value: string;
  solverId: string | null;
}

type Json = { subject: Subject; ari_choice: AriChoice | null; last_problem: CaProblem | null };
/** The certificate's own row, without the names. */
export type CertificateRow = RecordOf<CertificateTable, Json, 'keystore_password'>;
/** What someone asked to keep valid. */
export interface CertificateRecord extends CertificateRow {
  /** In the order of asking: the first is the common name. */
  identifiers: CertificateIdentifier[];
}

/** One that a policy keeps valid: it was not imported. */
export interface AcmeCertificate extends CertificateRecord {
  policyId: string;
}

/** Whether a policy keeps it valid; one that was imported has none, and is replaced by importing the next. */
export function isAcme(certificate: CertificateRecord): certificate is AcmeCertificate {
  return certificate.policyId !== null;
}

export const certificateShape = new RecordShape<CertificateTable, CertificateRow>({
  flags: ['needs_person'],
  json: ['subject', 'ari_choice', 'last_problem'],
  hidden: ['keystore_password'],
});

/** Rows by their certificate, without its id. */
export function byCertificate<R extends { certificate_id: string }>(
  rows: readonly R[],
): (id: string) => Omit<R, 'certificate_id'>[] {
  const groups = new Map<string, Omit<R, 'certificate_id'>[]>();
  for (const { certificate_id, ...rest } of rows) {
    const group = groups.get(certificate_id);
    if (group) group.push(rest);
    else groups.set(certificate_id, [rest]);
  }
  return id => groups.get(id) ?? [];
}
