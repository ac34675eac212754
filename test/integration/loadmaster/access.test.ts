/** Who may use LoadMaster's API, and how they say who they are. */
import { createHash } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { basic, type LoadMaster, password, startLoadMaster } from './client.js';

let loadMaster: LoadMaster;
beforeEach(async () => {
  loadMaster = await startLoadMaster();
});
afterEach(() => loadMaster.stop());

const get = 'get?param=renewperiod';

async function newKey(as = 'bal'): Promise<string> {
  const { text } = await loadMaster.v1('addapikey', { as });
  return /<key>(.*?)<\/key>/.exec(text)?.[1] ?? '';
}

test('off, it answers 404 to everyone, whatever they send', async () => {
  await loadMaster.certfleet.api.call(operations.loadmaster.change, { body: { enabled: false } });
  for (const as of ['bal', null]) {
    const xml = await loadMaster.v1(get, { as });
    expect(xml).toMatchObject({ status: 404, contentType: 'text/xml' });
    expect(xml.text).toContain('<Response stat="404" code="fail"><Error>');
    const json = await loadMaster.v2({ cmd: 'listapi' }, { as });
    expect(json).toMatchObject({ status: 404, contentType: 'application/json' });
  }
  expect((await loadMaster.v1('nonsense')).status).toBe(404);
});

describe('credentials', () => {
  test('none: 401 with a challenge, in XML and in JSON', async () => {
    const xml = await loadMaster.v1(get, { as: null });
    expect(xml).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Basic realm="Certfleet"' } });
    const json = await loadMaster.v2({ cmd: 'listapi' }, { as: null });
    expect(json.headers['www-authenticate']).toBe('Basic realm="Certfleet"');
    expect(JSON.parse(json.text)).toMatchObject({ code: 401, status: 'fail' });
  });

  test('an unknown command is not told from a known one without them', async () => {
    expect((await loadMaster.v1('nonsense', { as: null })).status).toBe(401);
  });

  test('a key in the query, in a form, in JSON, and with a password', async () => {
    const key = await newKey();
    const none = { as: null };
    expect((await loadMaster.v1(`${get}&apikey=${key}`, none)).status).toBe(200);
    expect((await loadMaster.v1(`${get}&APIKEY=${key}`, none)).status).toBe(200);
    expect((await loadMaster.v1('get', { ...none, body: `param=renewperiod&apikey=${key}` })).status).toBe(200);
    expect((await loadMaster.v2({ cmd: 'listapi', apikey: key })).status).toBe(200);
    expect((await loadMaster.v1(`${get}&apikey=${key}`, { as: 'vera' })).status).toBe(200);
  });

  test('a key wins over a password, and a wrong one is refused with the right password', async () => {
    const key = await newKey('vera');
    const set = `set?param=renewperiod&value=20`;
    expect((await loadMaster.v1(`${set}&apikey=${key}`, { as: 'bal' })).status).toBe(403);
    expect((await loadMaster.v1(`${get}&apikey=cf_wrong`, { as: 'bal' })).status).toBe(401);
    const both = { apiuser: 'bal', apipass: password };
    expect((await loadMaster.v2({ cmd: 'set', param: 'renewperiod', value: 20, apikey: key, ...both })).status).toBe(
      403,
    );
    expect((await loadMaster.v2({ cmd: 'listapi', apikey: 'wrong', ...both })).status).toBe(401);
  });

  test('an empty key is none: clients that have the field send it beside a password', async () => {
    const form = { as: 'bal', body: 'param=renewperiod&apikey=' };
    expect((await loadMaster.v1(`${get}&apikey=`)).status).toBe(200);
    expect((await loadMaster.v1('get', form)).status).toBe(200);
    const named = { apiuser: 'bal', apipass: password, apikey: '' };
    expect((await loadMaster.v2({ cmd: 'listapi', ...named })).status).toBe(200);
    expect((await loadMaster.v1(`${get}&apikey=`, { as: null })).status).toBe(401);
    expect((await loadMaster.v2({ cmd: 'listapi', apikey: '' }, { as: null })).status).toBe(401);
  });

  test('Basic in version 2', async () => {
    const init = { as: null, headers: { authorization: basic('bal') } };
    expect((await loadMaster.v2({ cmd: 'listapi' }, init)).status).toBe(200);
  });

  test.each([
    'Basic',
    'Basic !!!',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
    'Bearer x',
    basic('bal', 'no'),
  ])('Authorization: %s is 401', async authorization => {
    expect((await loadMaster.v1(get, { as: null, headers: { authorization } })).status).toBe(401);
  });

  test('guessing passwords is slowed down, with the name that the sign-in counts', async () => {
    const guess = () => loadMaster.v1(get, { as: null, headers: { authorization: basic('opal', 'wrong') } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await guess()).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const limited = await guess();
    expect(limited.headers['retry-after']).toMatch(/^\d+$/);
    const signIn = loadMaster.certfleet.api.call(operations.session.create, { body: { name: 'opal', password } });
    await expect(signIn).rejects.toMatchObject({ problem: { code: 'too-many-attempts' } });
  });

  test("a browser's session is not enough", async () => {
    const session = await loadMaster.v1('../api/v1/session', {
      as: null,
      body: JSON.stringify({ name: 'bal', password }),
      headers: { 'content-type': 'application/json' },
    });
    const cookie = String(session.headers['set-cookie']).split(';')[0] ?? '';
    expect(session.status).toBe(201);
    expect((await loadMaster.v1(get, { as: null, headers: { cookie } })).status).toBe(401);
  });

  test.each([
    { origin: 'https://evil.test' },
    { referer: 'https://evil.test/page' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('a remembered password that another site makes a browser send is refused: %o', async headers => {
    const answer = await loadMaster.v1('set?param=renewperiod&value=20', { headers });
    expect(answer.status).toBe(403);
    expect((await loadMaster.v1(get)).text).toContain('<renewperiod>30</renewperiod>');
  });
});

describe('roles', () => {
  test.each([
    ['vera', get, 200],
    ['vera', 'getall', 200],
    ['vera', 'set?param=renewperiod&value=20', 403],
    ['opal', 'set?param=renewperiod&value=20', 403],
    ['vera', 'logging/savelogs', 403],
    ['opal', 'logging/clearlogs', 403],
    ['vera', 'addapikey?user=bal', 403],
    ['vera', 'listapikeys?user=bal', 403],
    ['bal', 'listapikeys?user=vera', 200],
    ['bal', 'listapikeys?user=nobody', 422],
  ])('%s: /access/%s is %i', async (as, path, status) => {
    const answer = await loadMaster.v1(path, { as });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.text).toContain('<Error>Permission denied</Error>');
  });
});

describe('API keys', () => {
  const names = async (as = 'bal') =>
    [...(await loadMaster.v1('listapikeys', { as })).text.matchAll(/<key>(.*?)<\/key>/g)].map(([, name]) => name);
  const nameOf = (key = '') => `apikey-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  const success = (data: string) =>
    `<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="200" code="ok"><Success><Data>${data}</Data></Success></Response>\n`;

  test('each of the three commands answers with the list, where clients look for it', async () => {
    const first = await newKey();
    const added = (await loadMaster.v1('addapikey')).text;
    const second = /<key>(cf_.*?)<\/key>/.exec(added)?.[1] ?? '';
    const [one, two] = [nameOf(first), nameOf(second)];
    expect(added).toBe(success(`<apikeys><key>${second}</key><key>${one}</key></apikeys>`));
    expect((await loadMaster.v1('listapikeys')).text).toBe(
      success(`<apikeys><key>${one}</key><key>${two}</key></apikeys>`),
    );
    const json = JSON.parse((await loadMaster.v2({ cmd: 'addapikey' })).text);
    expect(json).toEqual({ code: 200, key: json.key, apikeys: [json.key, one, two], status: 'ok' });
    expect(json.key).toMatch(/^cf_/);
    const three = nameOf(json.key);
    expect((await loadMaster.v1(`delapikey?key=${one}`)).text).toBe(
      success(`<apikeys><key>${two}</key><key>${three}</key></apikeys>`),
    );
    expect((await loadMaster.v2({ cmd: 'delapikey', key: second })).text).toBe(
      `{"code":200,"apikeys":["${three}"],"status":"ok"}\n`,
    );
    expect((await loadMaster.v1(`delapikey?key=${three}`)).text).toBe(success('<apikeys/>'));
  });

  test('are listed by name and deleted by either', async () => {
    const [first, second] = [await newKey(), await newKey()];
    expect(await names()).toHaveLength(2);
    expect((await loadMaster.v1('listapikeys')).text).not.toContain('cf_');
    expect((await loadMaster.v1(`delapikey?key=${first}`)).status).toBe(200);
    const [name] = await names();
    expect((await loadMaster.v2({ cmd: 'listapikeys' })).text).toBe(
      `{"code":200,"apikeys":["${name}"],"status":"ok"}\n`,
    );
    expect((await loadMaster.v1(`delapikey?key=${name}`)).status).toBe(200);
    expect((await loadMaster.v2({ cmd: 'listapikeys' })).text).toBe('{"code":200,"apikeys":[],"status":"ok"}\n');
    expect((await loadMaster.v1(`${get}&apikey=${second}`, { as: null })).status).toBe(401);
    expect((await loadMaster.v1(`delapikey?key=${name}`)).text).toContain('Unknown API key');
  });

  test("another user's can't be deleted", async () => {
    const key = await newKey('bal');
    expect((await loadMaster.v1(`delapikey?key=${key}`, { as: 'vera' })).status).toBe(422);
    expect((await loadMaster.v1(`${get}&apikey=${key}`, { as: null })).status).toBe(200);
  });

  test('are 16 at most', async () => {
    for (let made = 0; made < 16; made += 1) expect(await newKey('vera')).not.toBe('');
    const refused = await loadMaster.v1('addapikey', { as: 'vera' });
    expect(refused.status).toBe(422);
    expect(await names('vera')).toHaveLength(16);
    expect(await newKey('opal')).not.toBe('');
  });

  test('do no more than their user, and end with that user', async () => {
    const key = await newKey('bal');
    const byKey = (path: string) => loadMaster.v1(`${path}&apikey=${key}`, { as: null });
    const { api } = loadMaster.certfleet;
    expect((await byKey('set?param=renewperiod&value=20')).status).toBe(200);
    await api.call(operations.user.change, { params: { name: 'bal' }, body: { role: 'viewer' } });
    expect((await byKey('set?param=renewperiod&value=21')).status).toBe(403);
    expect((await byKey(get)).status).toBe(200);
    await api.call(operations.user.delete, { params: { name: 'bal' } });
    expect((await byKey(get)).status).toBe(401);
  });

  test("an API token that is nobody's may use the API, and needs a user for keys", async () => {
    const { api } = loadMaster.certfleet;
    const { token } = await api.call(operations.token.create, { body: { name: 'ci', role: 'operator' } });
    expect((await loadMaster.v1(`${get}&apikey=${token}`, { as: null })).status).toBe(200);
    expect((await loadMaster.v1(`addapikey?apikey=${token}`, { as: null })).text).toContain(
      'user: String Value missing',
    );
  });
});
