import {
  createAccount,
  deactivateAccount,
  generateAccountKey,
  privateKeyPem,
  rolloverKey,
  type SignatureAlgorithm,
  spki,
  updateContacts,
} from '@certfleet/acme';
import type { Account, AccountRegistration } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import type { AccountRecord } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import type { KeyRecord } from '../store/keys.js';
import { fromCa } from './from-ca.js';

/** Accounts at CAs (RFC 8555 §7.3). */
export function accountHandlers(engine: Engine): Handlers['account'] {
  const { store, cas } = engine;

  return {
    async directory({ body: { directoryUrl, caCertificate } }) {
      const directory = await fromCa(() => cas.server(directoryUrl, caCertificate ?? null).refreshDirectory());
      return {
        directoryUrl,
        termsOfServiceUrl: directory.meta.termsOfService ?? null,
        website: directory.meta.website ?? null,
        caaIdentities: directory.meta.caaIdentities,
        externalAccountRequired: directory.meta.externalAccountRequired,
        profiles: directory.meta.profiles,
        renewalInfo: directory.renewalInfo !== undefined,
      };
    },

    async register({ body }, actor) {
      return toAccount(store, await register(engine, body, actor));
    },

    async list({ query }) {
      const page = await store.accounts.list(query);
      return {
        items: await Promise.all(page.items.map(account => toAccount(store, account))),
        nextCursor: page.nextCursor,
      };
    },

    async show({ params: { name } }) {
      return toAccount(store, await store.accounts.byName(name));
    },

    async change({ params: { name }, body: { email } }, actor) {
      const account = await store.accounts.byName(name);
      const session = await cas.session(account);
      await fromCa(() => updateContacts(session, contactsOf(email)));
      await store.transaction(async tx => {
        await tx.accounts.update(account.id, { email });
        await tx.events.append({
          actor: describeActor(actor),
          action: 'account.changed',
          subject: `account:${name}`,
          outcome: 'succeeded',
          message: `The e-mail of account ${name} is now ${email ?? 'empty'}, here and at the CA.`,
          detail: { email, before: account.email },
        });
      });
      return toAccount(store, await store.accounts.get(account.id));
    },

    async rollover({ params: { name } }, actor) {
      const account = await store.accounts.byName(name);
      const session = await cas.session(account);
      const nextKeyId = account.nextKeyId ?? (await prepareNextKey(store, account, actor));
      await fromCa(async () => rolloverKey(session, await cas.signer(nextKeyId)));
      await store.transaction(async tx => {
        await tx.accounts.update(account.id, { keyId: nextKeyId, nextKeyId: null });
        await tx.keys.deleteUnused([account.keyId]);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'account.rolled-over',
          subject: `account:${name}`,
          outcome: 'succeeded',
          message: `Account ${name} has a new key; the old one no longer works.`,
        });
      });
      return toAccount(store, await store.accounts.get(account.id));
    },

    async deactivate({ params: { name } }, actor) {
      const account = await store.accounts.byName(name);
      const session = await cas.session(account);
      await store.events.append({
        actor: describeActor(actor),
        action: 'account.deactivated',
        subject: `account:${name}`,
        outcome: 'intended',
        message: `Account ${name} is to be deactivated at the CA, for good.`,
      });
      await fromCa(() => deactivateAccount(session));
      await store.transaction(async tx => {
        await tx.accounts.update(account.id, { status: 'deactivated' });
        await tx.events.append({
          actor: describeActor(actor),
          action: 'account.deactivated',
          subject: `account:${name}`,
          outcome: 'succeeded',
          message: `Account ${name} was deactivated at the CA. It can never be used again; what it obtained stays valid.`,
        });
      });
      return toAccount(store, await store.accounts.get(account.id));
    },

    async delete({ params: { name } }, actor) {
      const account = await store.accounts.byName(name);
      await store.transaction(async tx => {
        await tx.accounts.delete(account.id);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'account.deleted',
          subject: `account:${name}`,
          outcome: 'succeeded',
          message: `Account ${name} was forgotten here with its key. At the CA it stays ${account.status}.`,
          detail: { accountUrl: account.accountUrl },
        });
      });
    },
  };
}

/**
 * newAccount. The key is stored before the CA hears of it; registering again under the same name after a failure goes
 * on with that key, so that an account which the CA made, but whose answer was lost, is found and not made twice.
 */
async function register(engine: Engine, request: AccountRegistration, actor: Actor): Promise<AccountRecord> {
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
    await tx.events.append({
      actor: describeActor(actor),
      action: 'account.registered',
      subject: `account:${account.name}`,
      outcome: 'succeeded',
      message: `${result.created ? 'Registered' : 'Found'} account ${account.name} at ${account.directoryUrl}.`,
      detail: { accountUrl: result.session.accountUrl, termsOfService: termsOfService ?? null },
    });
  });
  return store.accounts.get(account.id);
}

/** The row with its key, before anything is sent; that of an earlier attempt which did not come to an end. */
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
  const earlier = await store.accounts.findByName(request.name);
  if (earlier && earlier.accountUrl === null && earlier.directoryUrl === request.directoryUrl) {
    await store.accounts.update(earlier.id, { ...terms, status: 'registering', email: request.email ?? null });
    return store.accounts.get(earlier.id);
  }
  const algorithm: SignatureAlgorithm = request.keyAlgorithm;
  const newKey = await generateAccountKey(algorithm);
  return store.transaction(async tx => {
    const key = await tx.keys.create(accountKey(newKey, algorithm));
    return tx.accounts.create({
      name: request.name,
      directoryUrl: request.directoryUrl,
      caCertificate: request.caCertificate ?? null,
      email: request.email ?? null,
      keyId: key.id,
      eabKeyId: request.externalAccountBinding?.keyId ?? null,
      eabHmacKey: request.externalAccountBinding?.hmacKey ?? null,
      ...terms,
    });
  });
}

/** The key of a rollover, stored before the CA hears of it (RFC 8555 §7.3.5). */
async function prepareNextKey(store: Store, account: AccountRecord, actor: Actor): Promise<string> {
  const { algorithm } = await store.keys.get(account.keyId);
  const newKey = await generateAccountKey(algorithm as SignatureAlgorithm);
  return store.transaction(async tx => {
    const key = await tx.keys.create(accountKey(newKey, algorithm));
    await tx.accounts.update(account.id, { nextKeyId: key.id });
    await tx.events.append({
      actor: describeActor(actor),
      action: 'account.rolled-over',
      subject: `account:${account.name}`,
      outcome: 'intended',
      message: `Account ${account.name} is to get a new key.`,
    });
    return key.id;
  });
}

function accountKey(key: Awaited<ReturnType<typeof generateAccountKey>>, algorithm: string | null) {
  return {
    purpose: 'account',
    custody: 'server',
    algorithm,
    publicKey: spki(key).toString('base64'),
    privateKeyPem: privateKeyPem(key),
  } as const;
}

function contactsOf(email: string | null): string[] {
  return email === null ? [] : [`mailto:${email}`];
}

async function toAccount(store: Store, account: AccountRecord): Promise<Account> {
  const key: KeyRecord = await store.keys.get(account.keyId);
  return {
    id: account.id,
    name: account.name,
    directoryUrl: account.directoryUrl,
    accountUrl: account.accountUrl,
    email: account.email,
    status: account.status,
    keyAlgorithm: key.algorithm as Account['keyAlgorithm'],
    termsOfServiceUrl: account.termsUrl,
    termsAgreedBy: account.termsAgreedBy,
    termsAgreedAt: account.termsAgreedAt === null ? null : new Date(account.termsAgreedAt).toISOString(),
    createdAt: new Date(account.createdAt).toISOString(),
  };
}
