/** How LoadMaster's API reads requests and writes replies, with requests as its clients send them. */
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, type LoadMaster, startLoadMaster } from './client.js';

let loadMaster: LoadMaster;
beforeAll(async () => {
  loadMaster = await startLoadMaster();
});
afterAll(() => loadMaster.stop());

const declaration = '<?xml version="1.0" encoding="ISO-8859-1"?>\n';
const period = `${declaration}<Response stat="200" code="ok"><Success><Data><renewperiod>30</renewperiod></Data></Success></Response>\n`;
const completed = `${declaration}<Response stat="200" code="ok"><Success>Command completed ok</Success></Response>\n`;
const fail = (status: number, message: string) =>
  `${declaration}<Response stat="${status}" code="fail"><Error>${message}</Error></Response>\n`;

describe('XML to the letter', () => {
  test.each<[string, number, string]>([
    ['get?param=renewperiod', 200, period],
    ['set?param=directoryurl&value=https://ca.test/dir%3Fa=1%26b', 200, completed],
    ['get', 400, fail(400, 'param: String Value missing')],
    ['get?param=', 400, fail(400, 'param: String Value missing')],
    ['nonsense', 405, fail(405, 'Unknown command')],
    ['', 405, fail(405, 'Unknown command')],
    ['vstotals', 422, fail(422, 'vstotals: Certfleet does not have this command')],
    ['listclusters', 422, fail(422, 'listclusters: Certfleet does not have this command')],
    ['ssodomain/queryall', 422, fail(422, 'ssodomain.queryall: Certfleet does not have this command')],
    ['get?param=<b>%C3%A9%E2%82%AC', 422, fail(422, 'param: Unknown parameter &#60;b&#62;&#233;&#8364;')],
  ])('/access/%s', async (path, status, body) => {
    const answer = await loadMaster.v1(path);
    expect(answer.text).toBe(body);
    expect(answer.status).toBe(status);
    expect(answer.contentType).toBe('text/xml');
  });
});

describe('JSON to the letter', () => {
  test.each<[Record<string, unknown>, number, string]>([
    [{ cmd: 'get', param: 'renewperiod' }, 200, '{"code":200,"renewperiod":30,"status":"ok"}\n'],
    [
      { cmd: 'set', param: 'acmekid', value: 'kid-1' },
      200,
      '{"code":200,"message":"Command completed ok","status":"ok"}\n',
    ],
    [{ cmd: 'get' }, 400, '{"code":400,"message":"param: String Value missing","status":"fail"}\n'],
    [{}, 400, '{"code":400,"message":"cmd: String Value missing","status":"fail"}\n'],
    [{ cmd: 'nonsense' }, 405, '{"code":405,"message":"Unknown command","status":"fail"}\n'],
    [
      { cmd: 'licenseinfo' },
      422,
      '{"code":422,"message":"licenseinfo: Certfleet does not have this command","status":"fail"}\n',
    ],
  ])('%o', async (command, status, body) => {
    const answer = await loadMaster.v2(command);
    expect(answer.text).toBe(body);
    expect(answer.status).toBe(status);
    expect(answer.contentType).toBe('application/json');
  });
});

describe('ways to ask for the same', () => {
  const form = (headers: Record<string, string>) => ({ body: 'param=renewperiod', headers });
  test.each<[string, string, Parameters<LoadMaster['v1']>[1]]>([
    ['a query', 'get?param=renewperiod', {}],
    ['names in capitals', 'get?PARAM=renewperiod', {}],
    ['the command in capitals', 'GET?param=renewperiod', {}],
    ['a slash at the end', 'get/?param=renewperiod', {}],
    ['a lonely ampersand', 'get?param=renewperiod&', {}],
    ['a form', 'get', form({ 'content-type': 'application/x-www-form-urlencoded' })],
    ['a form after a bare question mark', 'get?', form({ 'content-type': 'application/x-www-form-urlencoded' })],
    ['a form that says it is JSON', 'get', form({ 'content-type': 'application/json' })],
    ['a form that says nonsense', 'get', form({ 'content-type': 'no such thing' })],
    ['a form that says nothing', 'get', form({})],
  ])('%s', async (_, path, init) => {
    expect((await loadMaster.v1(path, init)).text).toBe(period);
  });

  test.each(['logging/listsyslogfiles', 'logging.listsyslogfiles', 'Logging/ListSysLogFiles?'])(
    '/access/%s',
    async path => {
      expect((await loadMaster.v1(path)).text).toContain(
        '<Data><SyslogFiles><file>messages</file><file>audit</file></SyslogFiles></Data>',
      );
    },
  );

  test.each(['', '/', '/get', '?x=1', '/what/ever?cmd=getall'])('/accessv2%s', async rest => {
    const body = JSON.stringify({ apiuser: 'bal', apipass: 'correct horse battery', cmd: 'get', param: 'renewperiod' });
    const answer = await loadMaster.v1(`../accessv2${rest}`, {
      as: null,
      body,
      headers: { 'content-type': 'text/xml' },
    });
    expect(answer.text).toBe('{"code":200,"renewperiod":30,"status":"ok"}\n');
  });

  test.each([25, '25'])('a value as %o', async value => {
    expect((await loadMaster.v2({ cmd: 'setacmerenewperiod', acmetype: 1, renewperiod: value })).status).toBe(200);
    expect((await loadMaster.v2({ cmd: 'getacmerenewperiod', acmetype: '1' })).text).toBe(
      '{"code":200,"acmerenewperiod":25,"renewperiod":25,"status":"ok"}\n',
    );
    await loadMaster.v1('set?param=renewperiod&value=30');
  });
});

describe('what is refused changes nothing', () => {
  const long = 'x'.repeat(10_000);
  test.each<[string, number, string]>([
    ['set?param=renewperiod&value=20&value=21', 422, 'value: Given more than once'],
    ['set?param=renewperiod&value=20&VALUE=20', 422, 'VALUE: Given more than once'],
    [
      'set?param=renewperiod&value=20%0d%0aX-Injected:1',
      422,
      'value: Line breaks and control characters are not allowed',
    ],
    ['set?param=renewperiod&value=20&other=1', 422, 'other: Unknown parameter'],
    [`set?param=renewperiod&value=${long}`, 422, 'value: Longer than 4096 characters'],
    ['set?param=renewperiod&value=%ff', 422, 'value: Not valid UTF-8'],
    [`set?param=renewperiod&value=${'x'.repeat(40_000)}`, 422, 'value: Longer than 4096 characters'],
    ['set?param=renewperiod&value=20&%0a=1', 422, 'A parameter has a name that no command takes'],
    ['set?param=renewperiod&value=0', 422, 'value: Must be a whole number of days from 1 to 60'],
    ['set?param=renewperiod&value=61', 422, 'value: Must be a whole number of days from 1 to 60'],
    ['set?param=renewperiod&value=1e1', 422, 'value: Must be a whole number of days from 1 to 60'],
    ['set?param=renewperiod', 400, 'value: String Value missing'],
    ['set?param=version&value=8', 422, 'param: version can&#39;t be set'],
    ['set?param=directoryurl&value=http://ca.test/dir', 422, 'value: Must be the https URL of an ACME directory'],
    ['setacmerenewperiod?renewperiod=20&acmetype=3', 422, 'acmetype: Must be one of 1, 2'],
  ])('/access/%s', async (path, status, message) => {
    const before = (await loadMaster.v1('getall')).text;
    const answer = await loadMaster.v1(path);
    expect(answer.text).toBe(fail(status, message));
    expect((await loadMaster.v1('getall')).text).toBe(before);
  });

  test('a parameter in the query and in the form', async () => {
    const answer = await loadMaster.v1('set?param=renewperiod', { body: 'param=renewperiod&value=20' });
    expect(answer.text).toBe(fail(422, 'param: Given more than once'));
  });

  const credentials = '"apiuser":"bal","apipass":"correct horse battery"';
  test.each<[string, number, string]>([
    [`{${credentials},"cmd":"set","param":"renewperiod","value":20,"value":21}`, 422, 'value: Given more than once'],
    [`{${credentials},"cmd":"set","param":"renewperiod","value":20,"Value":20}`, 422, 'value: Given more than once'],
    [
      `{${credentials},"cmd":"set","param":"renewperiod","val\\u0075e":20,"value":20}`,
      422,
      'value: Given more than once',
    ],
    [
      `{${credentials},"cmd":"set","param":"renewperiod","value":[20]}`,
      422,
      'value: Must be text, a number or a boolean',
    ],
    [`{${credentials},"cmd":"set","param":{"param":"x"},"value":1}`, 422, 'param: Must be text, a number or a boolean'],
    [
      `{${credentials},"cmd":"set","param":"renewperiod","value":"20\\n"}`,
      422,
      'value: Line breaks and control characters are not allowed',
    ],
    [`{${credentials},"cmd":"set","param":"renewperiod","value":"${long}"}`, 422, 'value: Longer than 4096 characters'],
    [
      `{${credentials},"cmd":"set","param":"renewperiod","value":20,"__proto__":1}`,
      422,
      '__proto__: Unknown parameter',
    ],
    [
      `{${credentials},"cmd":"set","param":"renewperiod","value":20,"data":"MjA="}`,
      422,
      'data: This command takes no file',
    ],
    [`[{${credentials},"cmd":"getall"}]`, 400, 'The body is not a JSON object'],
    ['{', 400, 'The body is not valid JSON'],
    ['', 400, 'The body is not valid JSON'],
  ])('/accessv2 %s', async (body, status, message) => {
    const answer = await loadMaster.v1('../accessv2', { as: null, method: 'POST', body });
    expect(JSON.parse(answer.text)).toEqual({ code: status, message, status: 'fail' });
    expect(answer.status).toBe(status);
    expect((await loadMaster.v1('get?param=renewperiod')).text).toBe(period);
  });

  test('a form of 100 kB is not read', async () => {
    const answer = await loadMaster.v1('get', { body: `param=${'x'.repeat(100_000)}` });
    expect(answer.status).toBe(413);
  });

  test.each(['PUT', 'HEAD'] as const)('%s does not run the command', async method => {
    const answer = await loadMaster.v1('set?param=renewperiod&value=20', { method });
    expect(answer.status).toBeGreaterThanOrEqual(404);
    expect((await loadMaster.v1('get?param=renewperiod')).text).toBe(period);
  });
});

describe('as bytes', () => {
  /** As a client does that reads nothing before it has sent everything. */
  function sendThenRead(bytes: string): Promise<string> {
    const { hostname: host, port } = new URL(loadMaster.certfleet.server.url);
    return new Promise((resolve, reject) => {
      let received = '';
      const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
        socket.pause();
        socket.write(bytes, () => socket.resume());
      });
      socket.on('data', chunk => {
        received += chunk;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(received));
    });
  }

  const head = (line: string, ...headers: string[]) => [line, 'Host: lm', ...headers, '', ''].join('\r\n');

  test('a client that asks without credentials first, on one connection', async () => {
    const received = await loadMaster.raw(
      head('GET /access/get?param=renewperiod HTTP/1.1') +
        head('GET /access/get?param=renewperiod HTTP/1.1', `Authorization: ${basic('bal')}`, 'Connection: close'),
    );
    expect(received).toMatch(/^HTTP\/1\.1 401 .*\r\nwww-authenticate: Basic realm="Certfleet"\r\n/is);
    expect(received).toMatch(/HTTP\/1\.1 200 OK\r\n.*\r\ncontent-type: text\/xml\r\n/is);
    expect(received.endsWith(period)).toBe(true);
  });

  test('Expect: 100-continue', async () => {
    const received = await loadMaster.raw(
      head(
        'POST /access/get HTTP/1.1',
        `Authorization: ${basic('bal')}`,
        'Content-Length: 17',
        'Expect: 100-continue',
        'Connection: close',
      ),
      'HTTP/1.1 100 Continue\r\n\r\n',
    );
    expect(received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  });

  test('a client that sends a file before it is asked for credentials reads that it is', async () => {
    const length = 20_000_000;
    const received = await sendThenRead(
      head('POST /access/restorecert HTTP/1.1', `Content-Length: ${length}`, 'Connection: close') + 'x'.repeat(length),
    );
    expect(received).toMatch(/^HTTP\/1\.1 401 .*\r\nwww-authenticate: Basic realm="Certfleet"\r\n/is);
    expect(received.endsWith('</Error></Response>\n')).toBe(true);
  });

  test('a query that is longer than any may be: 431 before the command is known, in no format of the API', async () => {
    const received = await loadMaster.raw(
      head(`GET /access/get?param=${'x'.repeat(70_000)} HTTP/1.1`, `Authorization: ${basic('bal')}`),
    );
    expect(received).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(received).not.toContain('<Response');
    // In a form it is the command that says which one is too long.
    const body = `param=${'x'.repeat(60_000)}`;
    const { status, text } = await loadMaster.v1('get', { body });
    expect([status, text]).toEqual([422, expect.stringContaining('param: Longer than')]);
  });

  test('a chunked form without a type, over TLS 1.2', async () => {
    const received = await loadMaster.raw(
      `${head(
        'POST /access/get? HTTP/1.1',
        `Authorization: ${basic('bal')}`,
        'Transfer-Encoding: chunked',
        'Connection: close',
      )}6\r\nparam=\r\nb\r\nrenewperiod\r\n0\r\n\r\n`,
    );
    expect(received.endsWith(period)).toBe(true);
  });
});
