import type { Served } from '@certfleet/contract';
import { eachLimited, PluginError, targets } from '@certfleet/plugins';
import type { Engine } from '../engine.js';
import type { Handlers } from '../http/handlers.js';
import { shownFor } from '../jobs/certificate-bundle.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentDetail } from '../store/assignments.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { VersionRecord } from '../store/versions.js';

/** So many targets are looked at at the same time: one that does not answer takes seconds. */
const atOnce = 16;

/** What is served where a certificate is assigned, read now; nothing is written and nothing is mended by it. */
export function servedHandlers(engine: Engine): Pick<Handlers['certificate'], 'served'> {
  const { store } = engine;
  return {
    async served({ params: { name }, query }) {
      const certificate = await store.certificates.byName(name);
      const current = await store.versions.current(certificate.id);
      const { items, nextCursor } = await store.assignments.list({ ...query, certificateId: certificate.id });
      const found: Served[] = [];
      await eachLimited(items, atOnce, async (assignment, index) => {
        found[index] = await look(engine, certificate, current, assignment);
      });
      return { items: found, nextCursor };
    },
  };
}

async function look(
  { store, ports, clock }: Engine,
  certificate: CertificateRecord,
  current: VersionRecord | null,
  assignment: AssignmentDetail,
): Promise<Served> {
  const at = new Date(clock.now()).toISOString();
  const { target } = assignment;
  const nothing = { target, expected: null, served: null, reason: null, at };
  if (current === null) return { ...nothing, state: 'not-issued' };
  const facts = { ...nothing, expected: { version: current.number, serial: current.serial } };
  try {
    const { id, type } = await store.targets.byName(target);
    const { config } = await store.targets.withSecrets(id);
    const read = await pluginOf(targets, type).readBack(config, shownFor(certificate, current, assignment), ports);
    if (read.outcome === 'no-answer') return { ...facts, state: 'no-answer', reason: read.reason };
    const version = await store.versions.byFingerprint(certificate.id, read.fingerprintSha256);
    return {
      ...facts,
      state: version?.id === current.id ? 'as-it-should' : version ? 'older' : 'other',
      served: { serial: read.serial, version: version?.number ?? null },
    };
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    return { ...facts, state: 'failed', reason: error.message };
  }
}
