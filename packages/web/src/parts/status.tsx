import type { CertificateStatus } from '@certfleet/contract';
import { Mark, type Standing } from './mark.js';

const standings: Record<CertificateStatus, Standing> = {
  valid: 'good',
  pending: 'busy',
  failing: 'bad',
  expired: 'bad',
  revoked: 'off',
};

export function StatusBadge({ status }: { status: CertificateStatus }) {
  return <Mark standing={standings[status]}>{status}</Mark>;
}
