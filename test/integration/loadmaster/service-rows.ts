import { freePort } from '../../harness/ports.js';
import type { CaAndServices, Params } from './ca-and-services.js';
import type { Answer } from './client.js';
import {
  contentRule,
  type Different,
  data,
  type Expected,
  idleServer,
  idleService,
  messageAndData,
  realServer,
  subVirtualService,
  virtualService,
} from './shapes.js';

/** The API's, of which 1 answers in XML and 2 in JSON. */
export type Version = 1 | 2;

/** A command, which is sent in version 1 and then in version 2. */
export interface Row {
  command: string;
  params?: (version: Version) => Params;
  /** What is uploaded. */
  file?: (version: Version) => string | Buffer;
  /** The whole reply; what nobody can know before, such as a new key, is taken from the answer. */
  reply?: (version: Version, answer: Answer) => Expected | Promise<Expected>;
  /** Or it is a file of this type that begins with these bytes. */
  download?: { contentType: string; begins: string; name: 'base' | 'certificates' | 'logs' };
}

/** The commands of virtual services, SubVSs, real servers and rules. They leave nothing of what they make. */
export async function serviceRows({ pebble, ports, store }: CaAndServices): Promise<Row[]> {
  const address = '127.0.0.1';
  const port4 = String((await store().virtualServices.get(4)).port);
  const newPorts = { 1: String(await freePort()), 2: String(await freePort()) };

  /** Virtual service 6 was made in version 1, 7 in version 2; converted, they have the SubVSs 8 and 9. */
  const service = (version: Version) => 5 + version;
  const part = (version: Version) => 7 + version;
  const made = (version: Version, different: Partial<Different> = {}) =>
    virtualService({
      ...{ Status: 'Down', Index: service(version), VSAddress: address, VSPort: newPorts[version] },
      ...{ NickName: `new-${version}`, SSLAcceleration: false, CheckType: 'none', ...different },
    });

  const https = (index: 2 | 3, different: Partial<Different> = {}) =>
    virtualService({
      ...{ Status: 'Down', Index: index, VSAddress: address, VSPort: String(ports[index - 2]) },
      ...{ SSLAcceleration: true, AllowHTTP2: true, CertFile: '', Schedule: 'wrr', ...different },
    });

  return [
    {
      command: 'stats',
      reply: () =>
        data({
          VStotals: { ConnsPerSec: 0, TotalConns: 0, TotalBytes: 0, TotalPackets: 0 },
          Vs: [
            idleService(1, address, pebble.httpPort),
            idleService(2, address, ports[0]),
            idleService(5),
            idleService(3, address, ports[1]),
            idleService(4, address, Number(port4)),
          ],
          Rs: [idleServer(5), idleServer(4)],
        }),
    },
    {
      command: 'listvs',
      reply: () =>
        data({
          VS: [
            virtualService({
              ...{ Status: 'Redirect', Index: 1, VSAddress: address, VSPort: String(pebble.httpPort) },
              ...{ SSLAcceleration: false, ErrorCode: '301', ErrorUrl: `https://%h:${ports[0]}%s`, Schedule: 'wrr' },
            }),
            https(2, { MasterVS: 1, SubVS: [subVirtualService(5, { Status: 'Down' })] }),
            virtualService({
              ...{ Status: 'Down', Index: 5, MasterVSID: 2, Schedule: 'wrr' },
              Rs: [realServer(5, { Status: 'Down', Weight: 100 })],
            }),
            https(3),
            virtualService({
              ...{ Status: 'Down', Index: 4, VSAddress: address, VSPort: port4 },
              ...{ SSLAcceleration: false, Schedule: 'wrr' },
              Rs: [realServer(4, { Status: 'Down', Weight: 100 })],
            }),
          ],
        }),
    },
    { command: 'showvs', params: () => ({ vs: '3' }), reply: () => data(https(3)) },
    {
      command: 'addvs',
      params: version => ({
        ...{ vs: address, port: newPorts[version], prot: 'tcp' },
        ...{ CheckType: 'none', NickName: `new-${version}` },
      }),
      reply: version => data(made(version)),
    },
    {
      command: 'modvs',
      params: version => ({ vs: String(service(version)), Schedule: 'wrr' }),
      reply: version => data(made(version, { Schedule: 'wrr' })),
    },
    {
      command: 'addrs',
      params: version => ({ vs: String(service(version)), rs: address, rsport: '9' }),
      reply: version => data({ Rs: [realServer(service(version), { Status: 'Unchecked' })], SubVS: [] }),
    },
    {
      command: 'showrs',
      params: version => ({ vs: String(service(version)), rs: '!1' }),
      reply: version => data({ Rs: [realServer(service(version), { Status: 'Unchecked' })], SubVS: [] }),
    },
    {
      command: 'modrs',
      params: version => ({ vs: String(service(version)), rs: '!1', weight: '5' }),
      reply: version =>
        messageAndData({ Rs: [realServer(service(version), { Status: 'Unchecked', Weight: 5 })], SubVS: [] }),
    },
    { command: 'disablers', params: version => ({ vs: String(service(version)), rs: '!1' }) },
    { command: 'enablers', params: version => ({ vs: String(service(version)), rs: '!1' }) },
    {
      command: 'convertvs',
      params: version => ({ vs: String(service(version)), NickName: 'part' }),
      reply: version =>
        data(
          made(version, {
            ...{ Status: 'Up', Schedule: 'wrr', NRules: 1, MasterVS: 1 },
            SubVS: [subVirtualService(part(version), { Status: 'Up', Name: 'part', MatchRules: ['default'] })],
          }),
        ),
    },
    {
      command: 'addrule',
      params: version => ({ name: `api-${version}`, pattern: '/api', matchtype: 'prefix' }),
      reply: version => data({ MatchContentRule: [contentRule(`api-${version}`, '/api')] }),
    },
    {
      command: 'modrule',
      params: version => ({ name: `api-${version}`, incquery: 'Y' }),
      reply: version => data({ MatchContentRule: [contentRule(`api-${version}`, '/api', { IncludeQuery: true })] }),
    },
    {
      command: 'showrule',
      params: () => ({ type: '0' }),
      reply: () =>
        data({
          MatchContentRule: [1, 2].map(version => contentRule(`api-${version}`, '/api', { IncludeQuery: true })),
          ...{ AddHeaderRule: [], DeleteHeaderRule: [], ReplaceHeaderRule: [], ModifyURLRule: [], ReplaceBodyRule: [] },
        }),
    },
    ...['addrsrule', 'delrsrule'].map(command => ({
      command,
      params: (version: Version) => ({
        ...{ vs: String(service(version)), rs: `!${1_000_000 + part(version)}`, rule: `api-${version}` },
      }),
    })),
    { command: 'delrule', params: version => ({ name: `api-${version}` }) },
    { command: 'delrs', params: version => ({ vs: String(part(version)), rs: '!1' }) },
    { command: 'delvs', params: version => ({ vs: String(service(version)) }) },
  ];
}
