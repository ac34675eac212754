import {
  type AccountSession,
  AcmeProblem,
  deactivateAccount,
  findAccount,
  generateAccountKey,
  rolloverKey,
  type SignatureAlgorithm,
  updateContacts,
} from '@certfleet/acme';
import type { Account, DirectoryMeta } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { tryFailing } from '../jobs/try-failing.js';
import { encryptKey } from '../key-files/openssl.js';
import type { AccountRecord } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import type { KeyRecord } from '../store/keys.js';
import { budgetsOf } from './budgets.js';
import { fromCa } from './from-ca.js';
import { linkAccount } from './link-account.js';
import { accountKey, contactsOf, register } from './register-account.js';

/** So many registered domains are told of, those with the least left. */
const shownDomains = 100;

/** Accounts at CAs (RFC 8555 §7.3). */
export function accountHandlers(engine: Engine): Handlers['account'] {
  const { store, cas } = engine;

  return {
    async directory({ body: { directoryUrl, caCertificate } }) {
      return askDirectory(cas, directoryUrl, caCertificate ?? null);
    },

    async ca({ params: { name } }) {
      const { directoryUrl, caCertificate } = await store.accounts.byName(name);
      return askDirectory(cas, directoryUrl, caCertificate);
    },

    async register({ body }, actor) {
      return toAccount(store, await register(engine, body, actor));
    },

    async link({ body }, actor) {
      return toAccount(store, await linkAccount(engine, body, actor));
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

    async limits({ params: { name } }) {
      const account = await store.accounts.byName(name);
      const budgets = await budgetsOf(engine, account, shownDomains, engine.clock.now());
      return { account: name, directoryUrl: account.directoryUrl, budgets };
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

    async export({ params: { name }, body: { passPhrase } }, actor) {
      const { keyId, directoryUrl, accountUrl } = await store.accounts.byName(name);
      const pem = await store.keys.privateKeyPem(keyId);
      const privateKey = passPhrase === undefined ? pem : await encryptKey(pem, passPhrase);
      const encrypted = passPhrase !== undefined;
      // Before the reply: what may have left is known.
      await store.events.append({
        actor: describeActor(actor),
        action: 'account.key-exported',
        subject: `account:${name}`,
        outcome: 'succeeded',
        message: `The private key of account ${name} was exported ${encrypted ? 'under a pass phrase' : 'without encryption'}. Whoever has it can use the account.`,
        detail: { accountUrl, encrypted },
      });
      return { directoryUrl, accountUrl, privateKey };
    },

    async rollover({ params: { name } }, actor) {
      const account = await store.accounts.byName(name);
      const session = await cas.session(account);
      const nextKeyId = account.nextKeyId ?? (await prepareNextKey(store, account, actor));
      await fromCa(async () => rolloverKey(session, await cas.signer(nextKeyId)));
      await store.transaction(async tx => {
        await tx.accounts.update(account.id, { keyId: nextKeyId, nextKeyId: null });
        await tx.keys.deleteUnused([account.keyId]);
        const tried = await tryFailing(tx, { account: account.id, otherAccounts: false });
        await tx.events.append({
          actor: describeActor(actor),
          action: 'account.rolled-over',
          subject: `account:${name}`,
          outcome: 'succeeded',
          message: `Account ${name} has a new key; the old one no longer works.${tried}`,
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
      await fromCa(() => deactivateForGood(session));
      await store.transaction(async tx => {
        await tx.accounts.update(account.id, { status: 'deactivated' });
        const tried = await tryFailing(tx, { account: account.id, otherAccounts: true });
        await tx.events.append({
          actor: describeActor(actor),
          action: 'account.deactivated',
          subject: `account:${name}`,
          outcome: 'succeeded',
          message: `Account ${name} was deactivated at the CA. It can never be used again, here or elsewhere; what it obtained stays valid.${tried}`,
        });
      });
      return toAccount(store, await store.accounts.get(account.id));
    },

    async delete({ params: { name } }, actor) {
      const account = await store.accounts.byName(name);
      await store.transaction(async tx => {
        await refuseWanted(tx, account);
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
 * What a CA says of itself now, in a single attempt: someone waits for it. `caCertificate`: the PEM root of a private CA's
 * HTTPS.
 */
async function askDirectory(
  cas: Engine['cas'],
  directoryUrl: string,
  caCertificate: string | null,
): Promise<DirectoryMeta> {
  const { meta, renewalInfo } = await fromCa(() => cas.server(directoryUrl, caCertificate).refreshDirectory());
  return {
    directoryUrl,
    termsOfServiceUrl: meta.termsOfService ?? null,
    website: meta.website ?? null,
    caaIdentities: meta.caaIdentities,
    externalAccountRequired: meta.externalAccountRequired,
    profiles: meta.profiles,
    renewalInfo: renewalInfo !== undefined,
  };
}

/** What is to be revoked later takes the account, or at least its CA's address, which nothing else knows. */
async function refuseWanted(tx: Store, { id, name }: AccountRecord): Promise<void> {
  const wanted = await tx.versions.pendingOfAccount(id);
  if (wanted.length === 0) return;
  const which = wanted.map(({ certificate, version }) => `version ${version} of ${certificate}`).join(', ');
  const commands = wanted.map(
    ({ certificate, version, reason }) =>
      `certfleet certificate revoke ${certificate} --version ${version} --reason ${reason} --now`,
  );
  throw new DomainError(
    'in-use',
    `Account ${name} is still to revoke ${which}. Wait until that is done, or have it revoked at once, then delete: ${commands.join('; ')}`,
  );
}

/**
 * Deactivates the account (RFC 8555 §7.3.6). A CA refuses whatever an account signs that is deactivated already, which
 * is what we meet when asked again after its answer was lost: that is settled by asking for the account.
 */
async function deactivateForGood(session: AccountSession): Promise<void> {
  try {
    await deactivateAccount(session);
  } catch (error) {
    const refused = error instanceof AcmeProblem && (error.status === 401 || error.status === 403);
    if (!refused || !(await isGone(session))) throw error;
  }
}

/** Whether the CA says of the account of this key that it is not valid any more. */
async function isGone({ server, signer }: AccountSession): Promise<boolean> {
  try {
    return (await findAccount(server, signer)).account.status !== 'valid';
  } catch (error) {
    if (error instanceof AcmeProblem) return error.is('unauthorized');
    throw error;
  }
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
