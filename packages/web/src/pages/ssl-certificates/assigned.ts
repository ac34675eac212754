import type { Assignment, VirtualService } from '@certfleet/contract';
import type { Standing } from '../../parts/mark.js';

/** The target that an HTTPS virtual service is. */
export function ownTarget(index: number): string {
  return `vs-${index}`;
}

type Deployment = NonNullable<Assignment['deployment']>;

const standings: Record<Deployment['status'], Standing> = {
  pending: 'busy',
  installed: 'busy',
  verified: 'good',
  unreachable: 'attention',
  failed: 'bad',
  'rolled-back': 'bad',
  superseded: 'off',
};

/** How it stands with bringing a certificate to a target; null: there is no version that could be brought. */
export function deploymentStanding(deployment: Deployment | null): Standing {
  return deployment === null ? 'busy' : standings[deployment.status];
}

/** The virtual services that each certificate is on, by its name. */
export function servicesByCertificate(services: readonly VirtualService[]): Map<string, VirtualService[]> {
  const byName = new Map<string, VirtualService[]>();
  for (const service of services) {
    for (const name of service.certificates) byName.set(name, [...(byName.get(name) ?? []), service]);
  }
  return byName;
}
