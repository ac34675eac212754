import type { Intermediate } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { readOneCertificate } from '../key-files/certificate-file.js';
import { oneLine } from '../key-files/chain.js';
import { readUpload, refuseFile } from '../key-files/upload.js';
import type { IntermediateRecord } from '../store/intermediates.js';

/** Certificates of CAs that complete the chains of imported certificates. */
export function intermediateHandlers(engine: Engine): Handlers['intermediate'] {
  const { store } = engine;

  return {
    async add({ body }, actor) {
      return toIntermediate(await addIntermediate(engine, body, actor));
    },

    async list({ query }) {
      const page = await store.intermediates.list(query);
      return { items: page.items.map(toIntermediate), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }) {
      return toIntermediate(await store.intermediates.byName(name));
    },

    async delete({ params: { name } }, actor) {
      const { id, fingerprintSha256 } = await store.intermediates.byName(name);
      await store.transaction(async tx => {
        await tx.intermediates.delete(id);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'intermediate.deleted',
          subject: `intermediate:${name}`,
          outcome: 'succeeded',
          message: `Intermediate certificate ${name} was deleted. Chains that have it keep it.`,
          detail: { fingerprintSha256 },
        });
      });
    },
  };
}

/**
 * Keeps an intermediate certificate, whose file comes as it is or in base64; with `replace` in the place of the one
 * that has this name. Throws `already-exists`, and `not-found` for nothing to replace.
 */
export async function addIntermediate(
  { store }: Engine,
  { name, file, replace = false }: { name: string; file: string | Uint8Array; replace?: boolean },
  actor: Actor,
): Promise<IntermediateRecord> {
  const certificate = readOneCertificate(readUpload(file, 'intermediate'));
  if (!certificate.ca) {
    throw refuseFile(
      `The certificate of ${oneLine(certificate.subject)} is not a CA's. One for a server is imported together with its key.`,
    );
  }
  return store.transaction(async tx => {
    if (replace) await tx.intermediates.delete((await tx.intermediates.byName(name)).id);
    const intermediate = await tx.intermediates.create({
      name,
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      fingerprintSha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      certificate: certificate.toString(),
      notBefore: Date.parse(certificate.validFrom),
      notAfter: Date.parse(certificate.validTo),
    });
    await tx.events.append({
      actor: describeActor(actor),
      action: 'intermediate.added',
      subject: `intermediate:${name}`,
      outcome: 'succeeded',
      message: `Intermediate certificate ${name} was ${replace ? 'replaced' : 'added'}: ${intermediate.subject}.`,
      detail: { fingerprintSha256: intermediate.fingerprintSha256 },
    });
    return intermediate;
  });
}

function toIntermediate({ notBefore, notAfter, createdAt, ...intermediate }: IntermediateRecord): Intermediate {
  return {
    ...intermediate,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
  };
}
