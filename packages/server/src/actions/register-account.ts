import { createAccount, generateAccountKey, privateKeyPem, type SignatureAlgorithm, spki } from '@certfleet/acme';
import type { AccountRegistration } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { tryFailing } from '../jobs/try-failing.js';
import type { AccountRecord } from '../store/accounts.js';
import { fromCa } from './from-ca.js';

/**
 * newAccount. The key is stored before the CA hears of it; registering again under the same name after a failure goes
 * on with that key, so that an account which the CA made, but whose answer was lost, is found and not made twice.
 */
export async function register(engine: Engine, request: AccountRegistration, actor: Actor): Promise<AccountRecord> {
  const { store, cas } = engine;
  const server = cas.server(request.directoryUrl, request.caCertificate ?? null);
  const { meta } = await fromCa(() => server.directory());
  const { termsOfService } = meta;
  if (termsOfService !== undefined && !request.agreeToTerms) {
    throw new DomainError(
      'terms-not-agreed',
      `The CA's terms of service are at ${termsOfService}. Read them, then register with "agreeToTerms": true.`,
    );
  }
  if (meta.externalAccountRequired && !request.externalAccountBinding) {
    throw new DomainError(
      'invalid-input',
      `This CA binds accounts to an account of its own${meta.website ? ` (${meta.website})` : ''}: get a key ID and an HMAC key there.`,
      { fields: [{ path: 'externalAccountBinding', message: 'Required by this CA.' }] },
    );
  }

  const account = await intend(engine, request, actor, termsOfService ?? null);
  const external = request.externalAccountBinding;
  const result = await fromCa(async () =>
    createAccount(server, await cas.signer(account.keyId), {
      contact: contactsOf(request.email ?? null),
      termsOfServiceAgreed: request.agreeToTerms,
      ...(external && {
        externalAccount: { kid: external.keyId, hmacKey: external.hmacKey },
      }),
    }),
  ).catch(async error => {
    await store.transaction(async tx => {
      await tx.accounts.update(account.id, { status: 'failed' });
      await tx.events.append({
        actor: describeActor(actor),
        action: 'account.registered',
        subject: `account:${account.name}`,
        outcome: 'failed',
        message: error.message,
      });
    });
    throw error;
  });
  await store.transaction(async tx => {
    await tx.accounts.update(account.id, { status: result.account.status, accountUrl: result.session.accountUrl });
    const tried = await tryFailing(tx, { account: account.id, otherAccounts: true });
    await tx.events.append({
      actor: describeActor(actor),
      action: 'account.registered',
      subject: `account:${account.name}`,
      outcome: 'succeeded',
      message: `${result.created ? 'Registered' : 'Found'} account ${account.name} at ${account.directoryUrl}.${tried}`,
      detail: { accountUrl: result.session.accountUrl, termsOfService: termsOfService ?? null },
    });
  });
  return store.accounts.get(account.id);
}

/**
 * The row with its key, before anything is sent; that of an earlier attempt which did not come to an end, with all that
 * was corrected since. Its key stays if it is of the wanted kind: the CA may have made the account already.
 */
async function intend(
  engine: Engine,
  request: AccountRegistration,
  actor: Actor,
  termsUrl: string | null,
): Promise<AccountRecord> {
  const { store, clock } = engine;
  const terms = {
    termsUrl,
    termsAgreedBy: request.agreeToTerms ? describeActor(actor) : null,
    termsAgreedAt: request.agreeToTerms ? clock.now() : null,
  };
  const algorithm: SignatureAlgorithm = request.keyAlgorithm;
  const given = {
    ...terms,
    caCertificate: request.caCertificate ?? null,
    email: request.email ?? null,
    eabKeyId: request.externalAccountBinding?.keyId ?? null,
  };
  const earlier = await store.accounts.findByName(request.name);
  if (earlier && earlier.accountUrl === null && earlier.directoryUrl === request.directoryUrl) {
    const fits = (await store.keys.get(earlier.keyId)).algorithm === algorithm;
    const newKey = fits ? null : await generateAccountKey(algorithm);
    return store.transaction(async tx => {
      const keyId = newKey === null ? earlier.keyId : (await tx.keys.create(accountKey(newKey, algorithm))).id;
      await tx.accounts.update(earlier.id, { ...given, keyId, status: 'registering' });
      if (newKey !== null) await tx.keys.deleteUnused([earlier.keyId]);
      return tx.accounts.get(earlier.id);
    });
  }
  const newKey = await generateAccountKey(algorithm);
  return store.transaction(async tx => {
    const { id: keyId } = await tx.keys.create(accountKey(newKey, algorithm));
    return tx.accounts.create({ name: request.name, directoryUrl: request.directoryUrl, keyId, ...given });
  });
}

/** An account's key as it is to be stored. */
export function accountKey(key: Awaited<ReturnType<typeof generateAccountKey>>, algorithm: string | null) {
  return {
    purpose: 'account',
    custody: 'server',
    algorithm,
    publicKey: spki(key).toString('base64'),
    privateKeyPem: privateKeyPem(key),
  } as const;
}

/** An account's contacts as the CA wants them (RFC 8555 §7.3). */
export function contactsOf(email: string | null): string[] {
  return email === null ? [] : [`mailto:${email}`];
}
