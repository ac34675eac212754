/** What using LoadMaster's API leaves behind: events, log lines, log files. */
import { gunzipSync } from 'node:zlib';
import { operations } from '@certfleet/contract';
import { unpackTar } from 'modern-tar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, type LoadMaster, password, startLoadMaster } from './client.js';

let loadMaster: LoadMaster;
beforeAll(async () => {
  loadMaster = await startLoadMaster();
});
afterAll(() => loadMaster.stop());

async function events() {
  const { items } = await loadMaster.certfleet.api.call(operations.event.list, { query: { limit: 1000 } });
  return items;
}

test('a changing command is an event with its caller, parameters and outcome', async () => {
  await loadMaster.v1('set?param=renewperiod&value=20');
  await loadMaster.v1('set?param=renewperiod&value=99');
  await loadMaster.v2({ cmd: 'set', param: 'renewperiod', value: 21 }, { as: 'vera' });
  const uses = (await events()).filter(({ action }) => action === 'loadmaster.set').reverse();
  expect(uses).toMatchObject([
    {
      actor: 'user:bal',
      outcome: 'succeeded',
      message: 'LoadMaster command set: done.',
      detail: { command: 'set', version: 1, status: 200, parameters: { param: 'renewperiod', value: '20' } },
    },
    {
      actor: 'user:bal',
      outcome: 'failed',
      message: 'LoadMaster command set: value: Must be a whole number of days from 1 to 60 (422).',
      detail: { status: 422, parameters: { value: '99' } },
    },
    { actor: 'user:vera', outcome: 'failed', detail: { version: 2, status: 403 } },
  ]);
});

test('a reading command is a line of the log and no event', async () => {
  const before = (await events()).length;
  await loadMaster.v1('get?param=hostname', { as: 'vera' });
  expect(await events()).toHaveLength(before);
  const line = loadMaster.log.map(text => JSON.parse(text)).findLast(({ msg }) => msg === 'LoadMaster command');
  expect(line).toMatchObject({ command: 'get', actor: 'user:vera', parameters: { param: 'hostname' } });
});

test('who takes the log files or a backup away is an event', async () => {
  await loadMaster.v1('logging/savelogs?fsel=audit');
  await loadMaster.v1('backup');
  const [backup, saved] = (await events()).filter(({ action }) => /^loadmaster\.(logging|backup)/.test(action));
  expect(saved).toMatchObject({
    ...{ actor: 'user:bal', action: 'loadmaster.logging.savelogs', outcome: 'succeeded' },
    detail: { parameters: { fsel: 'audit' } },
  });
  expect(backup).toMatchObject({ actor: 'user:bal', action: 'loadmaster.backup', outcome: 'succeeded' });
});

test.each([
  ['licenseinfo?serial=hunter2', 'licenseinfo', 422, 'licenseinfo: Certfleet does not have this command'],
  ['geoacl/addcustom?type=hunter2', 'geoacl.addcustom', 422, 'geoacl.addcustom: Certfleet does not have this command'],
  ['nonsense?password=hunter2', 'nonsense', 405, 'Unknown command'],
  ['set%20param/x', '***', 405, 'Unknown command'],
  ['x'.repeat(80), '***', 405, 'Unknown command'],
])('a command that is not there is an event and a line of the log: %s', async (path, command, status, message) => {
  expect((await loadMaster.v1(path, { as: 'vera' })).status).toBe(status);
  const [refused] = (await events()).filter(({ action }) => action === 'loadmaster.refused');
  expect(refused).toMatchObject({
    ...{ actor: 'user:vera', outcome: 'failed' },
    message: `LoadMaster command ${command}: ${message} (${status}).`,
    detail: { command, version: 1, status },
  });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
  const line = loadMaster.log.map(text => JSON.parse(text)).findLast(({ msg }) => msg === 'LoadMaster command refused');
  expect(line).toMatchObject({ command, actor: 'user:vera', status });
});

test('no secret reaches the log, an event, a log file or an error', async () => {
  const { text } = await loadMaster.v1('addapikey');
  const key = /<key>(.*?)<\/key>/.exec(text)?.[1] ?? '';
  const hmac = 'aG1hYy1vZi10aGUtY2E';
  const secrets = [password, encodeURIComponent(password), basic('bal'), key, hmac, 'hunter2'];
  const answers = [
    await loadMaster.v1(`get?param=renewperiod&apikey=${key}`, { as: null }),
    await loadMaster.v1(`nonsense?apikey=${key}&password=hunter2`),
    await loadMaster.v1(`get?param=renewperiod&password=hunter2`),
    await loadMaster.v1(`set?param=acmehmac&value=${hmac}`),
    await loadMaster.v1(`set?param=acmehmac&value=${hmac}!`),
    await loadMaster.v1(`set?param=acmehmac&valeu=${hmac}`),
    await loadMaster.v1(`set?param=acmehmca&value=${hmac}`),
    await loadMaster.v1(`set?param=acmehmac%20&value=${hmac}`),
    await loadMaster.v1(`set?parma=acmehmac&value=${hmac}`),
    await loadMaster.v1(`set?value=${hmac}`),
    await loadMaster.v1('getall'),
    await loadMaster.v1('get?param=acmehmac'),
    await loadMaster.v1(`setacmehmac?hmac=${hmac}`),
    await loadMaster.v2({ cmd: 'set', param: 'acmehmac', value: hmac, apikey: key }),
    await loadMaster.v2({ cmd: 'getacmehmac' }),
    await loadMaster.v2({ cmd: 'listapi', password: 'hunter2' }),
    await loadMaster.v1('../accessv2', { as: null, method: 'POST', body: `{"apiuser":"bal","apipass":"${password}"` }),
    await loadMaster.v1(`delapikey?key=${key}x`),
    await loadMaster.v1(`delapikey?key=${key}&user=vera`),
    await loadMaster.v1(`delapikey?key=${key}`),
    await loadMaster.v1('savelogs'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([
    200, 405, 422, 200, 422, 422, 422, 422, 422, 400, 200, 200, 200, 200, 200, 422, 400, 422, 422, 200, 405,
  ]);
  const files = await unpackTar(gunzipSync((await loadMaster.v1('logging/savelogs')).body));
  const kept = [
    ...answers.map(answer => answer.text),
    ...loadMaster.log,
    ...files.map(({ data }) => Buffer.from(data ?? []).toString()),
    JSON.stringify(await events()),
  ].join('\n');
  for (const secret of secrets) expect(kept).not.toContain(secret);
  expect(JSON.stringify(await events())).toContain('"parameters":{"param":"acmehmac","value":"***"}');
});

test('the log files can be saved, in both versions, and cleared without an event being lost', async () => {
  const files = async (fsel: string) => {
    const { body } = await loadMaster.v1(`logging/savelogs?fsel=${fsel}`);
    const entries = await unpackTar(gunzipSync(body));
    return entries.map(({ header, data }) => ({ name: header.name, text: Buffer.from(data ?? []).toString() }));
  };
  const { systemLog } = loadMaster.certfleet.options;
  systemLog.write(`${JSON.stringify({ level: 30, time: Date.now(), msg: 'a line\nof two', fact: 1 })}\n`);
  const [messages, audit] = await files('messages,audit');
  expect(messages?.text).toMatch(/^\S+Z \S+ certfleet: info a line of two fact=1$/m);
  expect(audit?.text).toMatch(/^\S+Z \S+ audit: user:admin loadmaster\.changed - succeeded The settings of/m);
  expect((await files('audit')).map(({ name }) => name)).toEqual(['audit']);
  expect((await loadMaster.v1('logging/savelogs?fsel=audit,boot')).status).toBe(422);

  const json = JSON.parse((await loadMaster.v2({ cmd: 'logging.savelogs', fsel: 'messages' })).text);
  expect((await unpackTar(gunzipSync(Buffer.from(json.data, 'base64')))).map(({ header }) => header.name)).toEqual([
    'messages',
  ]);

  const before = (await events()).length;
  expect((await loadMaster.v1('logging/clearlogs?fsel=audit')).status).toBe(200);
  expect(await events()).toHaveLength(before + 1);
  const cleared = (await files('audit'))[0]?.text ?? '';
  expect(cleared.split('\n').filter(Boolean)).toEqual([expect.stringContaining('loadmaster.logging.clearlogs')]);
  expect((await files('messages'))[0]?.text).toContain('a line of two');
  await loadMaster.v1('logging/clearlogs');
  expect((await files('messages'))[0]?.text).not.toContain('a line of two');
});
