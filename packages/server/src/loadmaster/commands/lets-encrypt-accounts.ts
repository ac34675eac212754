import {
  type Binding,
  currentAccount,
  deleteOwnAccounts,
  linkAccount,
  refuseOtherType,
  registerAccount,
  typeOf,
} from '../account.js';
import { ask, type Call, type Command, completed, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import {
  defaultDirectoryUrl,
  LOADMASTER_POLICY,
  readExternalAccount,
  readSettings,
  writeExternalAccount,
} from '../settings.js';
import { acmeType, type Family, familyParameters } from './lets-encrypt-family.js';

/** The account that certificates are issued with. */
export function accountCommands(family: Family): Command[] {
  const common = familyParameters(family);
  return [
    {
      name: `register${family}account`,
      role: 'admin',
      changes: true,
      parameters: ['email', ...common],
      async run(call) {
        const binding = await bindingOf(call, family);
        return { ...completed, note: await registerAccount(call, acmeType(call), binding) };
      },
    },
    {
      name: `fetch${family}account`,
      role: 'admin',
      changes: true,
      parameters: ['password', ...common],
      upload: true,
      async run(call) {
        acmeType(call);
        return { ...completed, note: await linkAccount(call) };
      },
    },
    {
      name: family === 'le' ? 'leaccountinfo' : 'acmeaccountinfo',
      role: 'viewer',
      changes: false,
      parameters: common,
      async run(call) {
        return { data: await accountFields(call), underData: true };
      },
    },
  ];
}

/** Takes back what registeracmeaccount and the settings have made, while no certificate depends on it. */
export const deleteConfiguration: Command = {
  name: 'delacmeconfig',
  role: 'admin',
  changes: true,
  parameters: familyParameters('acme'),
  async run(call) {
    const { store } = call.engine;
    const account = await currentAccount(store);
    if (account) {
      refuseOtherType(account, acmeType(call));
      // Refused while a certificate has it.
      await ask(call, 'policy', 'delete', { params: { name: LOADMASTER_POLICY } });
    }
    await deleteOwnAccounts(call);
    const body = { directoryUrl: defaultDirectoryUrl, caCertificate: null, renewPeriod: null };
    await ask(call, 'loadmaster', 'change', { body });
    await writeExternalAccount(store, { keyId: null, hmacKey: null });
    return completed;
  },
};

/** Let's Encrypt needs none, and gets none that another CA has given. DigiCert does. */
async function bindingOf(call: Call, family: Family): Promise<Binding | undefined> {
  const type = family === 'le' ? '1' : acmeType(call);
  if (type === '1') return undefined;
  const { keyId, hmacKey } = await readExternalAccount(call.engine.store);
  if (keyId !== null && hmacKey !== null) return { keyId, hmacKey };
  if (type === undefined) return undefined;
  throw LoadMasterError.invalid(
    'acmetype',
    'DigiCert binds accounts to one of its own: set its key ID with setacmekid and its HMAC key with setacmehmac first',
  );
}

async function accountFields(call: Call): Promise<Data> {
  const { store } = call.engine;
  const type = acmeType(call);
  const account = await currentAccount(store);
  if (!account || (type !== undefined && type !== typeOf(account))) {
    const { directoryUrl } = await readSettings(store);
    throw new LoadMasterError(422, `No account${type ? ` of type ${type}` : ''} is registered at ${directoryUrl}`);
  }
  return {
    AccountType: nameOfCa(account.directoryUrl),
    AccountID: account.accountUrl ?? '',
    AccountDirectory: account.directoryUrl,
    AccountEmail: account.email ?? '',
  };
}

/** Whose account it is, by the directory's host. */
function nameOfCa(directoryUrl: string): string {
  const { hostname } = new URL(directoryUrl);
  if (/(^|\.)letsencrypt\.org$/.test(hostname)) return "Let's Encrypt";
  return /(^|\.)digicert\.com$/.test(hostname) ? 'DigiCert' : 'ACME';
}
