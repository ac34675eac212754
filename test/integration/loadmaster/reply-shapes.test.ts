/**
 * The reply of every command, to the letter, in XML and in JSON, in a state that the rows build up one after another.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { AcmeServer, createAccount, generateAccountKey, signerFromKey } from '@certfleet/acme';
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newChain, newKey } from '../../../packages/server/src/key-files/testing/openssl.js';
import { commands } from '../../../packages/server/src/loadmaster/commands/index.js';
import { version as ourVersion } from '../../../packages/server/src/version.js';
import { startCaAndServices } from './ca-and-services.js';
import type { Answer } from './client.js';
import { type Row, serviceRows, type Version } from './service-rows.js';
import { data, dataTwice, type Expected, message, type Shape } from './shapes.js';

const started = await startCaAndServices();
const { loadMaster, pebble, ports, api, store, v1 } = started;
afterAll(() => started.stop());

const address = '127.0.0.1';
const chain = newChain({ key: newKey('RSA-2048') });
const bundle = `${chain.leaf.pem}${chain.leaf.key}`;
const hexadecimal = (base64url = '') => Buffer.from(base64url, 'base64url').toString('hex').toUpperCase();
const modulus = hexadecimal(new X509Certificate(chain.leaf.pem).publicKey.export({ format: 'jwk' }).n);
const point = (() => {
  const { x, y } = new X509Certificate(chain.intermediate.pem).publicKey.export({ format: 'jwk' });
  return `04${hexadecimal(x)}${hexadecimal(y)}`;
})();
const downloads = new Map<string, Buffer>();
const password = 'sesame open';
const paused =
  'Command completed ok. Certfleet is paused: nothing is issued, renewed or deployed until "certfleet system resume".';

const certificates: Row[] = [
  { command: 'addcert', params: version => ({ cert: `www-${version}`, replace: '0' }), file: () => bundle },
  {
    command: 'listcert',
    reply: () => data({ cert: [1, 2].map(version => ({ name: `www-${version}`, type: 'RSA', modulus })) }),
  },
  { command: 'readcert', params: () => ({ cert: 'www-1' }), reply: () => data({ certificate: chain.leaf.pem }) },
  { command: 'addintermediate', params: version => ({ cert: `ca-${version}` }), file: () => chain.intermediate.pem },
  {
    command: 'listintermediate',
    reply: () =>
      data({
        cert: [1, 2].map(version => ({ name: `ca-${version}`, type: 'ECC', modulus: '', publickey: point })),
      }),
  },
  {
    command: 'readintermediate',
    params: () => ({ cert: 'ca-1' }),
    reply: () => data({ certificate: chain.intermediate.pem }),
  },
  { command: 'delintermediate', params: version => ({ cert: `ca-${version}` }) },
  { command: 'delcert', params: version => ({ cert: `www-${version}` }) },
];

const directory = () => pebble.directoryUrl;
const settings: Row[] = [
  { command: 'set', params: () => ({ param: 'renewperiod', value: '20' }) },
  { command: 'get', params: () => ({ param: 'renewperiod' }), reply: () => data({ renewperiod: 20 }) },
  { command: 'setacmerenewperiod', params: () => ({ renewperiod: '21' }) },
  { command: 'getacmerenewperiod', reply: () => data({ acmerenewperiod: 21, renewperiod: 21 }) },
  { command: 'setacmedirectoryurl', params: () => ({ directoryurl: directory() }) },
  {
    command: 'getacmedirectoryurl',
    reply: () => data({ acmedirectoryurl: directory(), directoryurl: directory() }),
  },
  { command: 'setacmekid', params: () => ({ kid: 'kid-1' }) },
  { command: 'getacmekid', reply: () => data({ acmekid: 'kid-1', kid: 'kid-1' }) },
  { command: 'setacmehmac', params: () => ({ hmac: 'c2VjcmV0' }) },
  { command: 'getacmehmac', reply: () => data({ acmehmac: '***', hmac: '***' }) },
  {
    command: 'getall',
    reply: version =>
      data({
        ...{ version: `7.2.61.0.0.CERTFLEET-${ourVersion}`, hostname: hostname() },
        // In XML it is a word.
        ...{ enableapi: version === 1 ? 'yes' : true, admincert: '', renewperiod: 21, directoryurl: directory() },
        ...{ acmerenewperiod: 21, acmedirectoryurl: directory(), acmekid: 'kid-1', kid: 'kid-1' },
      }),
  },
  {
    command: 'listapi',
    reply: () =>
      data({
        version: `7.2.61.0.0.CERTFLEET-${ourVersion}`,
        commands: { cmd: rows.map(({ command }) => command).sort() },
      }),
  },
];

let keys: string[] = [];
const keyName = (key: string) => `apikey-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
/** `<key>` elements in XML, a list in JSON. */
const keyList = (list: string[], fresh: Shape = {}): Expected => ({
  1: data({ apikeys: { key: list } })[1],
  2: data({ ...fresh, apikeys: list })[2],
});
const apiKeys: Row[] = [
  {
    command: 'addapikey',
    reply(_version, { text }) {
      const [key = ''] = /cf_[\w-]{20,}/.exec(text) ?? [];
      const list = [key, ...keys.map(keyName)];
      keys = [...keys, key];
      return keyList(list, { key });
    },
  },
  { command: 'listapikeys', reply: () => keyList(keys.map(keyName)) },
  {
    command: 'delapikey',
    params: () => ({ key: keys[0] ?? '' }),
    reply() {
      keys = keys.slice(1);
      return keyList(keys.map(keyName));
    },
  },
];

const logs: Row[] = [
  { command: 'logging.listsyslogfiles', reply: () => data({ SyslogFiles: { file: ['messages', 'audit'] } }) },
  {
    command: 'logging.savelogs',
    download: { contentType: 'application/octet-stream', begins: '\x1f\x8b', name: 'logs' },
  },
  { command: 'logging.clearlogs' },
];

async function accountInfo(): Promise<Expected> {
  const { accountUrl } = await api().call(operations.account.show, { params: { name: 'loadmaster' } });
  return dataTwice({
    ...{ AccountType: 'ACME', AccountID: accountUrl ?? '', AccountDirectory: directory() },
    AccountEmail: 'ops@example.com',
  });
}

/** What is shown of a certificate that was asked for by one of the two families of commands. */
async function requested(family: string, version: Version): Promise<Shape> {
  const { id } = await store().certificates.byName(`${family}-${version}`);
  const current = await store().versions.current(id);
  return {
    ...{ Identifier: `${family}-${version}`, DomainName: `${family}-${version}.example.com` },
    ExpiryDate: new X509Certificate(current?.chain ?? '').validTo,
    SubjectAlternateNames: `one.${family}.example.com,two.${family}.example.com`,
    ...{ Type: 'rsa', KeySize: '2048', HTTPChallengeVS: `${address}:${ports[0]},${address}:${ports[1]}` },
    VirtualServices: '',
  };
}

const inFamily = (family: 'le' | 'acme'): Row[] => [
  { command: `register${family}account`, params: () => ({ email: 'ops@example.com' }) },
  { command: `${family}accountinfo`, reply: accountInfo },
  {
    command: `add${family}cert`,
    params: version => ({
      ...{ cert: `${family}-${version}`, cn: `${family}-${version}.example.com`, vid: '2' },
      ...{ san1: `one.${family}.example.com`, vid1: '2', san2: `two.${family}.example.com`, vid2: '3' },
    }),
  },
  { command: `renew${family}cert`, params: version => ({ cert: `${family}-${version}` }) },
  {
    command: `get${family}cert`,
    params: version => ({ cert: `${family}-${version}` }),
    reply: async version => dataTwice(await requested(family, version)),
  },
  {
    command: `list${family}cert`,
    reply: async () => dataTwice({ Certificate: [await requested(family, 1), await requested(family, 2)] }),
  },
  { command: `del${family}cert`, params: version => ({ cert: `${family}-${version}` }) },
];

let accountKey = '';
const letsEncrypt: Row[] = [
  ...inFamily('le'),
  ...inFamily('acme'),
  { command: 'fetchleaccount', file: () => accountKey },
  { command: 'fetchacmeaccount', file: () => accountKey },
  { command: 'delacmeconfig' },
];

const octets = { contentType: 'application/octet-stream', begins: 'certfleet-backup 1\n' };
const backups: Row[] = [
  { command: 'backup', params: () => ({ password }), download: { ...octets, name: 'base' } },
  { command: 'backupcert', params: () => ({ password, type: 'full' }), download: { ...octets, name: 'certificates' } },
  {
    command: 'restore',
    params: () => ({ type: '1', password }),
    file: () => downloads.get('base') ?? '',
    reply: () => message(paused),
  },
  {
    command: 'restorecert',
    params: () => ({ type: 'full', password }),
    file: () => downloads.get('certificates') ?? '',
    reply: () => message(paused),
  },
];

/** In the order in which they are sent. */
const rows: readonly Row[] = [
  ...(await serviceRows(started)),
  ...certificates,
  ...settings,
  ...apiKeys,
  ...logs,
  ...letsEncrypt,
  ...backups,
];

beforeAll(async () => {
  const { directoryUrl, caPem } = pebble;
  await api().call(operations.loadmaster.change, { body: { directoryUrl, caCertificate: caPem } });
  const key = await generateAccountKey('ES256');
  accountKey = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  const server = new AcmeServer({ directoryUrl, userAgent: 'another client', ca: caPem });
  await createAccount(server, signerFromKey(key), { contact: [], termsOfServiceAgreed: true });
  await server.close();
  // Nothing listens on port 9, which the first checks find out.
  await vi.waitFor(async () => {
    const { text } = await v1('listvs');
    expect(text).not.toMatch(/<Status>(Up|Unchecked)</);
  }, 30_000);
});

test('every command has a row', () => {
  expect(rows.map(({ command }) => command).sort()).toEqual(commands.map(({ name }) => name).sort());
});

function send(version: Version, { command, params, file }: Row): Promise<Answer> {
  const sent = params?.(version) ?? {};
  const body = file?.(version);
  if (version === 1) {
    return loadMaster.v1(
      `${command.replace('.', '/')}?${new URLSearchParams(sent)}`,
      body === undefined ? {} : { body },
    );
  }
  const upload = body === undefined ? {} : { data: Buffer.from(body).toString('base64') };
  return loadMaster.v2({ cmd: command, ...sent, ...upload });
}

/** The file in an answer: the body itself, or in base64 the only member beside the envelope. */
function fileIn(version: Version, { body, text }: Answer): Buffer {
  if (version === 1) return body;
  const [, base64 = ''] = /^\{"code":200,"data":"([A-Za-z0-9+/]+={0,2})","status":"ok"\}\n$/.exec(text) ?? [];
  return Buffer.from(base64, 'base64');
}

test.each(rows.flatMap(row => ([1, 2] as const).map(version => [row.command, version, row] as const)))(
  '%s in version %i',
  async (_command, version, row) => {
    const answer = await send(version, row);
    if (row.download && answer.status === 200) {
      const { contentType, begins, name } = row.download;
      expect(answer.contentType).toBe(version === 1 ? contentType : 'application/json');
      const bytes = fileIn(version, answer);
      expect(bytes.subarray(0, begins.length).toString('latin1')).toBe(begins);
      downloads.set(name, bytes);
      return;
    }
    const expected = (await row.reply?.(version, answer)) ?? message();
    expect(answer.text).toBe(expected[version]);
    expect(answer.status).toBe(200);
    expect(answer.contentType).toBe(version === 1 ? 'text/xml' : 'application/json');
  },
);
