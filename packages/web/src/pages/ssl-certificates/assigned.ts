import type { VirtualService } from '@certfleet/contract';

/** The target that an HTTPS virtual service is. */
export function ownTarget(index: number): string {
  return `vs-${index}`;
}

/** The virtual services that each certificate is on, by its name. */
export function servicesByCertificate(services: readonly VirtualService[]): Map<string, VirtualService[]> {
  const byName = new Map<string, VirtualService[]>();
  for (const service of services) {
    for (const name of service.certificates) byName.set(name, [...(byName.get(name) ?? []), service]);
  }
  return byName;
}
