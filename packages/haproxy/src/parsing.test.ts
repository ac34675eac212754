import { describe, expect, test } from 'vitest';
import { parseCrtList, renderCrtList } from './crt-list.js';
import { infoField, parseProcesses } from './master.js';
import { complaints, startFailure } from './process.js';
import { carriedServerState, NO_SERVER_STATE } from './server-state.js';
import { parseShowStat } from './show-stat.js';
import { parseVersion } from './version.js';

test.each([
  ['HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/', 206],
  ['HAProxy version 3.2.4-98813a1 2025/08/13', 302],
  ['HA-Proxy version 2.2.9-2+deb11u6 2023/12/11', 202],
  ['HAProxy version 2.10.0', 210],
  ['nginx version: nginx/1.22.1', undefined],
])('version: %s', (line, expected) => {
  expect(parseVersion(`${line}\nStatus: long-term\n`)).toBe(expected);
});

test('show proc, after two reloads of which one failed', () => {
  const answer = `#<PID>          <type>          <reloads>       <uptime>        <version>
8687            master          2 [failed: 1]   0d00h10m32s     2.6.12-1+deb12u4
# workers
14926           worker          1               0d00h00m01s     2.6.12-1+deb12u4
# old workers
8690            worker          2               0d00h10m30s     2.6.11
# programs

`;
  expect(parseProcesses(answer)).toEqual({
    master: { pid: 8687, version: '2.6.12-1+deb12u4' },
    reloads: 2,
    worker: { pid: 14926, version: '2.6.12-1+deb12u4' },
    oldWorkers: [{ pid: 8690, version: '2.6.11' }],
  });
  expect(parseProcesses('')).toBeUndefined();
});

test('show info: names are found whatever their case', () => {
  expect(infoField('Name: HAProxy\nPid: 12\ndescription: x: y\n', 'Description')).toBe('x: y');
  expect(infoField('Pids: 12\n', 'Pid')).toBeUndefined();
});

test('show stat: some columns, values in quotes, columns that are missing', () => {
  const answer = `# pxname,svname,desc,last_chk,status,req_tot,
pool1,rs1,"x, y","a, ""b"" c",UP,,
pool1,rs2,,"a "" , b",DOWN
vs1,FRONTEND,,,OPEN,12,

`;
  expect(parseShowStat(answer, ['rate', 'req_tot', 'scur'])).toEqual([
    { name: 'pool1/rs1', lastCheck: 'a, "b" c', status: 'UP', numbers: [0, 0, 0] },
    { name: 'pool1/rs2', lastCheck: 'a " , b', status: 'DOWN', numbers: [0, 0, 0] },
    { name: 'vs1', lastCheck: '', status: 'OPEN', numbers: [0, 12, 0] },
  ]);
  expect(parseShowStat(answer, ['req_tot'], new Set(['vs1', 'vs2']))).toEqual([
    { name: 'vs1', lastCheck: '', status: 'OPEN', numbers: [12] },
  ]);
  expect(parseShowStat('', [])).toEqual([]);
});

test('a crt-list is read as it was written', () => {
  const entries = [
    { file: '/c/cert-a.pem', serverNames: [] },
    { file: '/c/cert-b.pem', serverNames: ['b.example.com', '*.b.example.com'] },
  ];
  expect(renderCrtList('/c/default.pem', entries)).toBe(
    '/c/default.pem !*\n/c/cert-a.pem\n/c/cert-b.pem b.example.com *.b.example.com\n',
  );
  expect(parseCrtList(renderCrtList('/c/default.pem', entries))).toEqual(entries);
  expect(parseCrtList('')).toEqual([]);
});

describe('complaints', () => {
  test('the alerts, without what frames them', () => {
    const output = `[NOTICE]   (8687) : haproxy version is 2.6.12-1+deb12u4
[ALERT]    (8687) : config : parsing [b.cfg:20] : unknown keyword 'garbage' in 'backend' section
[ALERT]    (8687) : config : Error(s) found in configuration file : b.cfg
[ALERT]    (8687) : config : Fatal errors found in configuration.
[WARNING]  (8687) : Loading failure!`;
    expect(complaints(output)).toBe("config : parsing [b.cfg:20] : unknown keyword 'garbage' in 'backend' section");
  });

  test.each([
    ['Starting frontend vs1: cannot bind socket (Address already in use) [127.0.0.1:80]', 'portInUse'],
    ['Starting frontend vs1: cannot bind socket (Permission denied) [0.0.0.0:80]', 'notPermitted'],
    ['frontend vs1: cannot bind socket (Cannot assign requested address) for [192.0.2.9:80]', 'refused'],
    ['out of memory', 'startFailed'],
    ['', 'startFailed'],
  ])('%j is %s', (detail, reason) => {
    expect(startFailure('startFailed', detail)).toMatchObject({ reason, detail });
  });
});

describe('server state over a reload', () => {
  const configuration = (servers: string[], check = '', backend = 'pool1') =>
    [`backend ${backend}`, ...(check ? [`  ${check}`] : []), ...servers.map(server => `  server ${server}`)].join('\n');
  const line = (server: string, { state = 0, backend = 'pool1' } = {}) =>
    `3 ${backend} 1 ${server} 10.0.0.1 ${state} 0 1 1 42 1 0 0 0 0 0 0 - 80 - 0 0 - - 0`;
  const head = ['1', '# be_id be_name srv_id srv_name …'];
  const carried = (lines: string[], after: string, from = before) =>
    carriedServerState([...head, ...lines, ''].join('\n'), from, after);
  const [one, two] = ['rs1 10.0.0.1:80 weight 1 check', 'rs2 10.0.0.2:80 weight 1 check'];
  const before = configuration([one, two], 'option httpchk');
  const state = [line('rs1'), line('rs2', { state: 2 })];

  test.each<[string, string, string[]]>([
    ['nothing changed', before, state],
    ['a port', configuration(['rs1 10.0.0.1:80 weight 1 check', 'rs2 10.0.0.2:81 check']), [line('rs1')]],
    ['enabled or not', configuration([`${one} disabled`, two], 'option httpchk'), state.slice(1)],
    ['weight and limit', configuration([one.replace('1 check', '5 maxconn 3 check'), two], 'option httpchk'), state],
    ['a cookie', configuration([`${one} cookie rs1`, `${two} cookie rs2`], 'option httpchk'), state],
    ['one removed', configuration([two], 'option httpchk'), state.slice(1)],
    // One that is up is looked at afresh: it must not take three failures to find out.
    ['what is checked: who is down stays down', configuration([one, two], 'option other'), [line('rs1')]],
    ['the port that is checked', configuration([`${one} port 81`, two], 'option httpchk'), state.slice(1)],
    ['no check any more', configuration(['rs1 10.0.0.1:80', 'rs2 10.0.0.2:80']), []],
    [
      'moved into another backend, with a check of its own',
      configuration([two, one], 'option httpchk', 'pool2'),
      [line('rs2', { backend: 'pool2', state: 2 }), line('rs1', { backend: 'pool2' })],
    ],
    ['moved with another check', configuration([one, two], 'option other', 'pool2'), []],
    ['moved under another number', configuration([one.replace('rs1', 'rs7'), two]), []],
    [
      'the same once more',
      `${before}\n${configuration([one.replace('rs1', 'rs7')], 'option httpchk', 'pool2')}`,
      [...state, line('rs7', { backend: 'pool2' })],
    ],
  ])('%s', (_, after, kept) => {
    expect(carried(state, after)).toBe([...head, ...kept, ''].join('\n'));
  });

  test('of two with other states, the one that has lost its place is what was moved', () => {
    const from = `${configuration([one], '', 'pool1')}\n${configuration([one], '', 'pool2')}`;
    const after = `${configuration([one], '', 'pool1')}\n${configuration([one], '', 'pool3')}`;
    const lines = [line('rs1', { state: 2 }), line('rs1', { backend: 'pool2' })];
    expect(carried(lines, after, from)).toBe([...head, lines[0], line('rs1', { backend: 'pool3' }), ''].join('\n'));
  });

  test('no answer from HAProxy is no state', () => {
    expect(carriedServerState('', before, before)).toBe(NO_SERVER_STATE);
  });
});
