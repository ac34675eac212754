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
    ['out of memory', 'startFailed'],
    ['', 'startFailed'],
  ])('%j is %s', (detail, reason) => {
    expect(startFailure('startFailed', detail)).toMatchObject({ reason, detail });
  });
});

describe('server state over a reload', () => {
  const configuration = (servers: string[], check = '') =>
    ['backend pool1', ...(check ? [`  ${check}`] : []), ...servers.map(server => `  server ${server}`)].join('\n');
  const line = (server: string) => `3 pool1 1 ${server} 10.0.0.1 0 0 1 1 42 1 0 0 0 0 0 0 - 80 - 0 0 - - 0`;
  const state = ['1', '# be_id be_name srv_id srv_name …', line('rs1'), line('rs2')].join('\n');
  const before = configuration(['rs1 10.0.0.1:80 weight 1', 'rs2 10.0.0.2:80 weight 1']);

  test.each<[string, string, string[]]>([
    ['nothing changed', before, ['rs1', 'rs2']],
    ['a port', configuration(['rs1 10.0.0.1:80 weight 1', 'rs2 10.0.0.2:81 weight 1']), ['rs1']],
    ['enabled or not', configuration(['rs1 10.0.0.1:80 weight 1 disabled', 'rs2 10.0.0.2:80 weight 1']), ['rs2']],
    [
      'weight and limit',
      configuration(['rs1 10.0.0.1:80 weight 5', 'rs2 10.0.0.2:80 weight 0 maxconn 3']),
      ['rs1', 'rs2'],
    ],
    ['one removed', configuration(['rs1 10.0.0.1:80 weight 1']), ['rs1']],
    ['what is checked', configuration(['rs1 10.0.0.1:80 weight 1', 'rs2 10.0.0.2:80 weight 1'], 'option httpchk'), []],
  ])('%s', (_, after, kept) => {
    expect(carriedServerState(state, before, after)).toBe(
      ['1', '# be_id be_name srv_id srv_name …', ...kept.map(line), ''].join('\n'),
    );
  });

  test('no answer from HAProxy is no state', () => {
    expect(carriedServerState('', before, before)).toBe(NO_SERVER_STATE);
  });
});
