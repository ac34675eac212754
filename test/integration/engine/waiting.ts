import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, type Certificate, operations } from '@certfleet/contract';

/** Resolves when a certificate has this version and it is verified on every target. @throws with its last error */
export async function certificateBecomes(api: ApiClient, name: string, version: number): Promise<Certificate> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const certificate = await api.call(operations.certificate.show, { params: { name } });
    const { items } = await api.call(operations.certificate.assignments, { params: { name } });
    const live = items.every(({ deployment }) => deployment?.version === version && deployment.status === 'verified');
    if (certificate.version?.number === version && live) return certificate;
    const error =
      certificate.lastError?.message ?? items.find(({ deployment }) => deployment?.error)?.deployment?.error;
    if (error || Date.now() > deadline) {
      throw new Error(`${name} did not get to version ${version}: ${error ?? JSON.stringify({ certificate, items })}`);
    }
    await pause(50);
  }
}
