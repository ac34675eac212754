import { spki } from '@certfleet/acme';
import { describeActor } from '../http/actor.js';
import { readAccountKey } from '../key-files/account-key.js';
import { readUpload } from '../key-files/upload.js';
import type { AccountRecord } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import { ask, type Call } from './command.js';
import { LoadMasterError } from './errors.js';
import { LOADMASTER_POLICY, readSettings } from './settings.js';

/*
 * A LoadMaster has one account. Here it is the first one of the policy `loadmaster`, and each directory that the
 * setting has named gets an account of its own: `loadmaster`, `loadmaster-2` and so on.
 */

/** 1: Let's Encrypt, or another CA that takes everyone. 2: DigiCert, or another one that binds accounts to its own. */
export type AcmeType = '1' | '2';

/** Which of LoadMaster's two kinds an account is. */
export function typeOf({ directoryUrl, eabKeyId }: Pick<AccountRecord, 'directoryUrl' | 'eabKeyId'>): AcmeType {
  return eabKeyId !== null || /(^|\.)digicert\.com$/.test(new URL(directoryUrl).hostname) ? '2' : '1';
}

/** Throws 422 when a command means an account of the other type: there is one account, and it is not that. */
export function refuseOtherType(account: AccountRecord, type: AcmeType | undefined): void {
  if (type === undefined || type === typeOf(account)) return;
  throw LoadMasterError.invalid('acmetype', `The account is of type ${typeOf(account)}, at ${account.directoryUrl}`);
}

/** What the CA has given for binding an account to one of its own (RFC 8555 §7.3.4). */
export interface Binding {
  keyId: string;
  hmacKey: string;
}

/** Whether an account's name is one of those that this API gives. */
function isOwn(name: string): boolean {
  return name === LOADMASTER_POLICY || new RegExp(`^${LOADMASTER_POLICY}-\\d+$`).test(name);
}

/** The accounts that this API has made, whatever became of them. */
async function ownAccounts(store: Store): Promise<AccountRecord[]> {
  const accounts: AccountRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.accounts.list({ limit: 1000, cursor });
    accounts.push(...page.items.filter(({ name }) => isOwn(name)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return accounts;
}

/** The account that this API's certificates are issued with; undefined: none was registered or linked yet. */
export async function currentAccount(store: Store): Promise<AccountRecord | undefined> {
  const [id] = (await store.policies.findByName(LOADMASTER_POLICY))?.accountIds ?? [];
  return id === undefined ? undefined : store.accounts.get(id);
}

/**
 * Makes sure that there is an account to request certificates with, at the directory that is set. Throws 422: after the
 * directory was changed, a certificate of the former CA is not what is meant.
 */
export async function requireAccount(store: Store, type: AcmeType | undefined): Promise<void> {
  const { directoryUrl } = await readSettings(store);
  const account = await currentAccount(store);
  if (account?.directoryUrl === directoryUrl && account.status === 'valid') {
    refuseOtherType(account, type);
    return;
  }
  const former = account ? ` Account ${account.name} is ${account.status} at ${account.directoryUrl}.` : '';
  throw new LoadMasterError(
    422,
    `There is no account at ${directoryUrl}.${former} Register one with registerleaccount, or link one with fetchleaccount`,
  );
}

/**
 * Registers an account at the directory that is set, unless this API has one there: scripts that register at each run
 * must not make an account at each run. What is different then is the e-mail, if another one is given. Using this API
 * is agreeing to the CA's terms of service, as it is on a LoadMaster. Returns what the event is to say.
 */
export async function registerAccount(
  call: Call,
  type: AcmeType | undefined,
  binding: Binding | undefined,
): Promise<string> {
  const { store } = call.engine;
  const { directoryUrl, caCertificate } = await readSettings(store);
  const email = call.parameters.text('email') || undefined;
  const known = await validAccountAt(store, directoryUrl);
  if (known) {
    refuseOtherType(known, type);
    const params = { name: known.name };
    if (email !== undefined && email !== known.email) await ask(call, 'account', 'change', { params, body: { email } });
    return `Account ${known.name} is registered at ${directoryUrl} already. ${await useAccount(call, known.name)}`;
  }
  const name = (await unfinishedAt(store, directoryUrl)) ?? (await freeName(store));
  const { accountUrl, termsOfServiceUrl } = await ask(call, 'account', 'register', {
    body: {
      ...{ name, directoryUrl, agreeToTerms: true },
      ...(email !== undefined && { email }),
      ...(binding && { externalAccountBinding: binding }),
      ...(caCertificate !== null && { caCertificate }),
    },
  });
  const terms =
    termsOfServiceUrl === null
      ? ''
      : ` ${describeActor(call.actor)} has agreed to its terms of service, ${termsOfServiceUrl}, by registering.`;
  return `Account ${name} is ${accountUrl}.${terms} ${await useAccount(call, name)}`;
}

/**
 * Links the account whose key was uploaded. One that is here already is used again. Returns what the event is to say.
 */
export async function linkAccount(call: Call): Promise<string> {
  const { store } = call.engine;
  if (!call.body) throw LoadMasterError.missing('data');
  const file = readUpload(call.body, 'accountKey', 'data');
  const passPhrase = call.parameters.text('password') || undefined;
  const { directoryUrl, caCertificate } = await readSettings(store);
  const { key } = await readAccountKey(file, passPhrase);
  const known = await store.accounts.findByKey(directoryUrl, spki(key).toString('base64'));
  if (known?.status === 'valid') {
    return `This is the key of account ${known.name}. ${await useAccount(call, known.name)}`;
  }
  const { name, accountUrl } = await ask(call, 'account', 'link', {
    body: {
      ...{ name: await freeName(store), directoryUrl, file: file.toString('base64') },
      ...(passPhrase !== undefined && { passPhrase }),
      ...(caCertificate !== null && { caCertificate }),
    },
  });
  return `Account ${name} is ${accountUrl}. ${await useAccount(call, name)}`;
}

async function validAccountAt(store: Store, directoryUrl: string): Promise<AccountRecord | undefined> {
  const candidates = [await currentAccount(store), ...(await ownAccounts(store))];
  return candidates.find(account => account?.directoryUrl === directoryUrl && account.status === 'valid');
}

/** The account whose registration did not come to an end: the next one goes on with its key. */
async function unfinishedAt(store: Store, directoryUrl: string): Promise<string | undefined> {
  const own = await ownAccounts(store);
  return own.find(account => account.directoryUrl === directoryUrl && account.accountUrl === null)?.name;
}

/** The next of this API's names that no account has. */
async function freeName(store: Store): Promise<string> {
  const taken = new Set((await ownAccounts(store)).map(({ name }) => name));
  let name = LOADMASTER_POLICY;
  for (let number = 2; taken.has(name); number += 1) name = `${LOADMASTER_POLICY}-${number}`;
  return name;
}

/**
 * Makes it the account of this API. It takes the place of those that this API made before, since a certificate must not
 * fall back to a CA that was left; accounts that someone has put into the policy beside them stay behind it.
 */
async function useAccount(call: Call, name: string): Promise<string> {
  const { store } = call.engine;
  const policy = await store.policies.findByName(LOADMASTER_POLICY);
  if (!policy) {
    const { renewPeriod: renewDaysBefore } = await readSettings(store);
    const body = { name: LOADMASTER_POLICY, accounts: [name], keyAlgorithm: 'RSA-2048', renewDaysBefore };
    await ask(call, 'policy', 'create', { body });
    return '';
  }
  const [former, ...others] = policy.accounts;
  if (former === name) return '';
  const accounts = [name, ...[former, ...others].filter(one => one !== undefined && one !== name && !isOwn(one))];
  await ask(call, 'policy', 'change', { params: { name: LOADMASTER_POLICY }, body: { accounts } });
  return `Certificates that were issued with account ${former} stay as they are until they are issued again, which is then done with ${name}.`;
}

/**
 * Forgets the accounts that this API has made with their keys; at their CAs they stay. One in a policy stays here too.
 */
export async function deleteOwnAccounts(call: Call): Promise<void> {
  const { store } = call.engine;
  const used = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await store.policies.list({ limit: 1000, cursor });
    for (const { accounts } of page.items) for (const name of accounts) used.add(name);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  for (const { name } of await ownAccounts(store)) {
    if (!used.has(name)) await ask(call, 'account', 'delete', { params: { name } });
  }
}
