import { hostname } from 'node:os';
import { clearAdminCertificate, readAdminCertificate, writeAdminCertificate } from '../admin-certificate.js';
import { ask, type Call, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { readExternalAccount, readSettings, writeExternalAccount } from '../settings.js';
import { firmware } from '../version.js';

/** A parameter of `get` and `set`. */
export interface Setting {
  /** In lower case. */
  name: string;
  /** It may be set and is never shown. */
  secret?: boolean;
  /** How it is shown. The `acme…` ones have their value under both names. */
  read(call: Call): Promise<Data>;
  /** `field` is the parameter that the value came in, for messages. Left out: it can only be read. */
  write?(call: Call, value: string, field: string): Promise<void>;
  /** What an empty value does; left out: there must be one. */
  clear?(call: Call): Promise<void>;
}

/** What the API shows while the period is automatic: LoadMaster's default. */
const shownPeriod = 30;

const renewPeriod = {
  read: async ({ engine }: Call) => (await readSettings(engine.store)).renewPeriod ?? shownPeriod,
  async write(call: Call, value: string, field: string) {
    const days = /^\d{1,3}$/.test(value) ? Number(value) : 0;
    if (days < 1 || days > 60) throw LoadMasterError.invalid(field, 'Must be a whole number of days from 1 to 60');
    await ask(call, 'loadmaster', 'change', { body: { renewPeriod: days } });
  },
};

const directoryUrl = {
  read: async ({ engine }: Call) => (await readSettings(engine.store)).directoryUrl,
  async write(call: Call, value: string, field: string) {
    if (!URL.canParse(value) || new URL(value).protocol !== 'https:') {
      throw LoadMasterError.invalid(field, 'Must be the https URL of an ACME directory');
    }
    await ask(call, 'loadmaster', 'change', { body: { directoryUrl: value } });
  },
};

/** Every parameter of `get` and `set`, in the order of `getall`. */
export const settings: readonly Setting[] = [
  { name: 'version', read: async () => ({ version: firmware }) },
  { name: 'hostname', read: async () => ({ hostname: hostname() }) },
  {
    name: 'enableapi',
    // Whoever can ask is answered by an API that is on. In XML a LoadMaster has words here, and no letters.
    read: async ({ version }) => ({ enableapi: version === 1 ? 'yes' : true }),
    async write(call, _value, field) {
      if (call.parameters.flag(field) === false) await ask(call, 'loadmaster', 'change', { body: { enabled: false } });
    },
  },
  {
    name: 'admincert',
    read: async ({ engine }) => ({ admincert: await readAdminCertificate(engine.store) }),
    write: writeAdminCertificate,
    clear: clearAdminCertificate,
  },
  {
    name: 'renewperiod',
    read: async call => ({ renewperiod: await renewPeriod.read(call) }),
    write: renewPeriod.write,
  },
  {
    name: 'directoryurl',
    read: async call => ({ directoryurl: await directoryUrl.read(call) }),
    write: directoryUrl.write,
  },
  {
    name: 'acmerenewperiod',
    async read(call) {
      const days = await renewPeriod.read(call);
      return { acmerenewperiod: days, renewperiod: days };
    },
    write: renewPeriod.write,
  },
  {
    name: 'acmedirectoryurl',
    async read(call) {
      const url = await directoryUrl.read(call);
      return { acmedirectoryurl: url, directoryurl: url };
    },
    write: directoryUrl.write,
  },
  {
    name: 'acmekid',
    async read({ engine }) {
      const keyId = (await readExternalAccount(engine.store)).keyId ?? '';
      return { acmekid: keyId, kid: keyId };
    },
    write: ({ engine }, value) => writeExternalAccount(engine.store, { keyId: value }),
    clear: ({ engine }) => writeExternalAccount(engine.store, { keyId: null }),
  },
  {
    name: 'acmehmac',
    secret: true,
    async read({ engine }) {
      const shown = (await readExternalAccount(engine.store)).hmacKey === null ? '' : '***';
      return { acmehmac: shown, hmac: shown };
    },
    async write({ engine }, value, field) {
      if (!/^[A-Za-z0-9_-]+={0,2}$/.test(value)) throw LoadMasterError.invalid(field, 'Must be base64url');
      await writeExternalAccount(engine.store, { hmacKey: value });
    },
    clear: ({ engine }) => writeExternalAccount(engine.store, { hmacKey: null }),
  },
];
