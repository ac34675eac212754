/**
 * The whole engine: a server with its store on disk, its jobs and its HAProxy. What is measured begins with the
 * certificates being due and ends when the last one's version is stored; asking for them over the API is not in it.
 */
import { operations } from '@certfleet/contract';
import { startCertfleet } from '../../harness/certfleet.js';
import { concurrency } from '../round.js';
import { serveRounds } from '../serve-rounds.js';
import type { OpenStore } from '../store/server-store.js';

serveRounds(async ({ directoryUrl, caPem, httpPort }) => {
  const certfleet = await startCertfleet({ concurrency });
  const { api } = certfleet;
  await api.call(operations.account.register, {
    body: { name: 'pebble', directoryUrl, caCertificate: caPem, agreeToTerms: true },
  });
  const service = { address: '127.0.0.1', port: httpPort, type: 'http' } as const;
  const { index } = await api.call(operations.virtualService.create, { body: service });
  await api.call(operations.policy.create, {
    body: { name: 'default', accounts: ['pebble'], defaultSolver: `vs-${index}` },
  });
  const { clock } = certfleet.server.engine;
  // Where it says what was committed, which only the server itself has to know.
  const store = certfleet.server.engine.store as OpenStore;
  const policy = await store.policies.byName('default');

  return {
    async obtainAll(names) {
      const issued = new Promise<void>((resolve, reject) => {
        const missing = new Set(names.map(name => `certificate:${name}`));
        const unsubscribe = store.onEvent(({ action, subject, message }) => {
          if (action === 'certificate.issuance-failed') reject(new Error(message ?? action));
          if (action !== 'certificate.issued' || !missing.delete(subject ?? '') || missing.size > 0) return;
          unsubscribe();
          resolve();
        });
      });
      await store.transaction(async tx => {
        const runAt = clock.now();
        for (const name of names) {
          const identifiers = [{ type: 'dns' as const, value: name, solverId: null }];
          const { id } = await tx.certificates.create({ name, policyId: policy.id, profile: 'default', identifiers });
          await tx.jobs.enqueue({ kind: 'keep-valid', subject: id, lock: `certificate:${id}`, urgency: runAt, runAt });
        }
      });
      await issued;
    },
    close: () => certfleet.destroy(),
  };
});
