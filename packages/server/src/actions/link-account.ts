import { type AccountResult, AcmeProblem, findAccount, signerFromKey, spki } from '@certfleet/acme';
import type { AccountLink } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { readAccountKey } from '../key-files/account-key.js';
import { readUpload } from '../key-files/upload.js';
import type { AccountRecord } from '../store/accounts.js';
import type { Store } from '../store/index.js';
import { fromCa } from './from-ca.js';
import { accountKey } from './register-account.js';

/** {@link AccountLink}, with the file as it is or in base64. */
export type LinkRequest = Omit<AccountLink, 'file'> & { file: string | Uint8Array };

/**
 * Uses an account that another client has registered. The CA is asked whose key it is (RFC 8555 §7.3.1) and changes
 * nothing; whatever goes wrong, nothing is changed here either. The other client may go on using it.
 */
export async function linkAccount(engine: Engine, request: LinkRequest, actor: Actor): Promise<AccountRecord> {
  const { store, cas } = engine;
  const { name, directoryUrl, caCertificate = null } = request;
  const file = readUpload(request.file, 'accountKey');
  if (await store.accounts.findByName(name)) {
    throw new DomainError('already-exists', `There is an account named "${name}" already. Choose another name.`);
  }
  const { key, algorithm } = await readAccountKey(file, request.passPhrase);
  const publicKey = spki(key).toString('base64');
  await refuseKnown(store, directoryUrl, publicKey);

  const server = cas.server(directoryUrl, caCertificate);
  const { account, session } = await found(directoryUrl, () => findAccount(server, signerFromKey(key)));
  if (account.status !== 'valid') throw unusable(directoryUrl, account.status);
  const email = account.contact.find(contact => contact.startsWith('mailto:'))?.slice('mailto:'.length) ?? null;
  return store.transaction(async tx => {
    // Another request may have linked it while the CA was asked, or is about to.
    await tx.accounts.lockOthersOut();
    await refuseKnown(tx, directoryUrl, publicKey);
    const { id: keyId } = await tx.keys.create(accountKey(key, algorithm));
    const { accountUrl } = session;
    const linked = await tx.accounts.create({
      ...{ name, directoryUrl, caCertificate, keyId },
      ...{ accountUrl, email, status: 'valid' },
    });
    await tx.events.append({
      actor: describeActor(actor),
      action: 'account.linked',
      subject: `account:${name}`,
      outcome: 'succeeded',
      message: `Account ${name} is the one that ${directoryUrl} knows by the key that was brought along (${algorithm}).`,
      detail: { accountUrl, email },
    });
    return linked;
  });
}

async function refuseKnown(store: Store, directoryUrl: string, publicKey: string): Promise<void> {
  const known = await store.accounts.findByKey(directoryUrl, publicKey);
  if (!known) return;
  throw new DomainError('already-exists', `This is the key of account ${known.name}, which is here already.`);
}

/** Asks the CA for the account; says what it means that there is none. */
async function found(directoryUrl: string, ask: () => Promise<AccountResult>): Promise<AccountResult> {
  try {
    return await fromCa(ask);
  } catch (error) {
    const problem = error instanceof DomainError ? error.cause : null;
    if (problem instanceof AcmeProblem && problem.is('accountDoesNotExist')) {
      throw new DomainError(
        'ca-refused',
        `${directoryUrl} knows no account with this key. Check that it is the account's key, not a certificate's, and that the directory is the one it was registered at: staging and production have accounts of their own.`,
        { cause: problem },
      );
    }
    if (problem instanceof AcmeProblem && problem.is('unauthorized')) {
      throw unusable(directoryUrl, 'not valid any more', problem);
    }
    throw error;
  }
}

function unusable(directoryUrl: string, status: string, cause?: AcmeProblem): DomainError {
  return new DomainError(
    'ca-refused',
    `The account of this key is ${status} at ${directoryUrl}${cause ? ` (${cause.message})` : ''}. It can't be used again: register a new one.`,
    cause ? { cause } : {},
  );
}
