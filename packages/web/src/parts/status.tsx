import type { CertificateHealth } from '@certfleet/contract';
import { Mark, type Standing } from './mark.js';

/** The words for a certificate's health, in the order in which they go before one another. */
export const healthWords: Record<CertificateHealth, { word: string; standing: Standing }> = {
  revoked: { word: 'revoked', standing: 'bad' },
  expired: { word: 'expired', standing: 'bad' },
  'needs-person': { word: 'needs a person', standing: 'attention' },
  failing: { word: 'failing', standing: 'bad' },
  'not-deployed': { word: 'not deployed', standing: 'bad' },
  unproven: { word: 'unproven', standing: 'attention' },
  'in-progress': { word: 'in progress', standing: 'busy' },
  due: { word: 'due', standing: 'busy' },
  healthy: { word: 'healthy', standing: 'good' },
};

/**
 * So often are certificates in sight read again, in milliseconds: that one is due or has expired is the work of time
 * alone, which no event tells.
 */
export const healthAgain = 60_000;

/** The one word for a certificate. */
export function HealthBadge({ health }: { health: CertificateHealth }) {
  const { word, standing } = healthWords[health];
  return <Mark standing={standing}>{word}</Mark>;
}
