import type { LoadMasterSettings } from '@certfleet/contract';
import type { Store } from '../store/index.js';

/** Let's Encrypt's production directory. */
export const defaultDirectoryUrl = 'https://acme-v02.api.letsencrypt.org/directory';

/** The policy of the certificates that are requested through LoadMaster's API. */
export const LOADMASTER_POLICY = 'loadmaster';

/** What is stored. `renewPeriod` counts until there is the policy, which has it from then on. */
const settingName = 'loadmaster';

/** The external account binding that the next registration uses (RFC 8555 §7.3.4). */
const keyIdName = 'loadmaster.acme-kid';
const hmacName = 'loadmaster.acme-hmac';

/** The settings, or their defaults: off, Let's Encrypt, automatic. */
export async function readSettings(store: Store): Promise<LoadMasterSettings> {
  const stored = await store.settings.get<Partial<LoadMasterSettings>>(settingName);
  const policy = await store.policies.findByName(LOADMASTER_POLICY);
  return {
    enabled: stored?.enabled ?? false,
    directoryUrl: stored?.directoryUrl ?? defaultDirectoryUrl,
    caCertificate: stored?.caCertificate ?? null,
    renewPeriod: policy ? policy.renewDaysBefore : (stored?.renewPeriod ?? null),
  };
}

export async function writeSettings(store: Store, settings: LoadMasterSettings): Promise<void> {
  await store.settings.set(settingName, settings);
}

/** Whether the API is served; asked for each request of it. */
export async function isEnabled(store: Store): Promise<boolean> {
  return (await store.settings.get<Partial<LoadMasterSettings>>(settingName))?.enabled ?? false;
}

/** What a CA has given for binding an account to one of its own; null where it was not set. */
export interface ExternalAccount {
  keyId: string | null;
  /** Base64url. A secret. */
  hmacKey: string | null;
}

export async function readExternalAccount({ settings }: Store): Promise<ExternalAccount> {
  return {
    keyId: (await settings.get<string | null>(keyIdName)) ?? null,
    hmacKey: await settings.secret(hmacName),
  };
}

export async function writeExternalAccount({ settings }: Store, change: Partial<ExternalAccount>): Promise<void> {
  if (change.keyId !== undefined) await settings.set(keyIdName, change.keyId);
  if (change.hmacKey !== undefined) await settings.setSecret(hmacName, change.hmacKey);
}
