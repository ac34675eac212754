import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { DnsClient, type DnsServer } from '@certfleet/plugins';
import { type Answer, encode, streamDecode, streamEncode } from 'dns-packet';
import { exchangeUdp } from '../../packages/plugins/src/dns/exchange.js';
import { sign } from '../../packages/plugins/src/dns/tsig.js';
import { classes, encodeMessage, encodeName, opcodes, rcodeOf, types } from '../../packages/plugins/src/dns/wire.js';
import { type DnsRelay, startDnsRelay } from './dns-relay.js';
import { findPart } from './parts.js';
import { freePort } from './ports.js';
import { type RunningProgram, startProgram } from './process.js';
import { createWorkdir, type Workdir } from './workdir.js';

/** A key as the configuration of an account has it. */
export interface BindKey {
  keyName: string;
  keyAlgorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** Base64. */
  keySecret: string;
}

export interface BindOptions {
  /** Apexes of the zones that it is the primary for. */
  zones: readonly string[];
  /** More records, as a zone file has them, by zone: `alias CNAME elsewhere.example.`. */
  records?: Readonly<Record<string, readonly string[]>>;
  /** Zones that some of the keys alone may change, by their places in {@link Bind.keys}; the others take all of them. */
  keysOf?: Readonly<Record<string, readonly number[]>>;
  /** Zones that it has no data of: it answers SERVFAIL for every name in them. */
  failing?: readonly string[];
  /**
   * A second name server of every zone, ns2, which has its own process. `prompt`: told of every change. `behind`: has
   * what there was when it started, until {@link Bind.catchUp}. Left out: there is only ns1.
   */
  secondary?: 'prompt' | 'behind';
}

/** A BIND of its own: the primary of some zones, that answers for the whole DNS, in which nothing else exists. */
export interface Bind {
  primary: DnsServer;
  /** `127.0.0.1:5353`, as accounts and Pebble want it. */
  address: string;
  /** Where the secondary listens; the port is the primary's. */
  secondary: DnsServer | null;
  /** May change TXT records of the zones, and nothing else. One for each algorithm. */
  keys: readonly [BindKey, BindKey, BindKey];
  /** Known, but may change nothing. */
  powerlessKey: BindKey;
  /** What a server is given to find this DNS. */
  dns: { resolvers: DnsServer[]; authoritativePort: number };
  client: DnsClient;
  /** The TXT values that the primary, or another server, has at a name. */
  txt(name: string, server?: DnsServer): Promise<string[]>;
  /** `name value` of every TXT record in a zone, by a zone transfer. */
  allTxt(zone: string): Promise<string[]>;
  /** Makes a name of a zone an alias, or another one than it was. */
  setAlias(zone: string, name: string, target: string): Promise<void>;
  /** Lets the secondary fetch what has changed. */
  catchUp(zone: string): Promise<void>;
  /** Lets the secondary lose every question, or answer again. */
  silenceSecondary(silent: boolean): void;
  log(): string;
  stop(): Promise<void>;
}

/** Starts it on 127.0.0.1, the secondary on 127.0.0.2. */
export async function startBind(options: BindOptions): Promise<Bind> {
  const port = await freePort();
  const primary = { address: '127.0.0.1', port };
  const secondary = options.secondary ? { address: '127.0.0.2', port } : null;
  /** Where the secondary itself listens. */
  const behindRelay = { address: '127.0.0.1', port: await freePort() };
  const keys: Bind['keys'] = [newKey('hmac-sha256', 32), newKey('hmac-sha384', 48), newKey('hmac-sha512', 64)];
  const powerlessKey = { ...newKey('hmac-sha256', 32), keyName: 'powerless.key' };
  const operator = { ...newKey('hmac-sha256', 32), keyName: 'operator.key' };
  const folder = createWorkdir('bind');
  const programs: RunningProgram[] = [];
  let relay: DnsRelay | undefined;
  const client = new DnsClient({ resolvers: [primary], authoritativePort: port, timeoutMs: 2000 });

  const statements = [
    ...[...keys, powerlessKey, operator].map(
      key => `key "${key.keyName}" { algorithm ${key.keyAlgorithm}; secret "${key.keySecret}"; };`,
    ),
    'zone "." { type primary; file "root.zone"; };',
    ...options.zones.map(zone => {
      writeFileSync(folder.file(`${zone}.zone`), zoneFile(zone, secondary, options.records?.[zone] ?? []));
      const granted = options.keysOf?.[zone]?.map(index => keys[index] as BindKey) ?? keys;
      const grants = granted.map(({ keyName }) => `grant ${keyName} zonesub TXT;`).join(' ');
      const tell =
        options.secondary === 'prompt' ? `notify explicit; also-notify { 127.0.0.1 port ${behindRelay.port}; };` : '';
      return `zone "${zone}" { type primary; file "${zone}.zone"; ${tell} update-policy { ${grants} grant operator.key zonesub ANY; }; };`;
    }),
  ];
  for (const zone of options.failing ?? []) {
    statements.push(`zone "${zone}" { type secondary; file "${zone}.none"; primaries { 127.0.0.1 port 9; }; };`);
  }
  writeFileSync(folder.file('root.zone'), rootZone);
  const stop = async () => {
    await relay?.stop();
    for (const program of programs.toReversed()) await program.stop();
    folder.remove();
  };
  try {
    const [first = ''] = options.zones;
    const answers = (server: DnsServer) => async () => {
      const { authoritative } = await client.txt(first, { server });
      if (!authoritative) throw new Error(`${server.address} has no ${first} yet.`);
    };
    programs.push(await startNamed('ns1', folder, primary, statements, answers(primary)));
    if (secondary) {
      const copies = options.zones.map(
        zone => `zone "${zone}" { type secondary; file "${zone}.copy"; primaries { 127.0.0.1 port ${port}; }; };`,
      );
      relay = await startDnsRelay(secondary, behindRelay);
      programs.push(await startNamed('ns2', folder, behindRelay, copies, answers(secondary)));
    }
  } catch (cause) {
    await stop();
    throw cause;
  }

  return {
    primary,
    secondary,
    address: `127.0.0.1:${port}`,
    keys,
    powerlessKey,
    dns: { resolvers: [primary], authoritativePort: port },
    client,
    txt: async (name, server = primary) => (await client.txt(name, { server })).values,
    allTxt: zone => transferTxt(zone, primary),
    async setAlias(zone, name, target) {
      const { keyName, keyAlgorithm, keySecret } = operator;
      const key = { name: keyName, algorithm: keyAlgorithm, secret: Buffer.from(keySecret, 'base64') };
      const cname = 5;
      const update = encodeMessage(randomInt(0x10000), opcodes.update, { name: zone, type: types.SOA }, [
        { name, type: cname, class: classes.ANY, ttl: 0, data: Buffer.alloc(0) },
        { name, type: cname, class: classes.IN, ttl: 60, data: encodeName(target) },
      ]);
      const { message } = sign(update, key, Math.floor(Date.now() / 1000));
      const rcode = rcodeOf(await exchangeUdp(message, { server: primary, timeoutMs: 5000 }));
      if (rcode !== 'NOERROR') throw new Error(`BIND answered ${rcode} when ${name} was to be an alias of ${target}.`);
    },
    async catchUp(zone) {
      if (!secondary) throw new Error('There is no secondary.');
      // RFC 1996: NOTIFY, opcode 4, as the primary would send it.
      const question = { name: zone, type: 'SOA' } as const;
      const notify = encode({ type: 'query', id: randomInt(0x10000), flags: 4 << 11, questions: [question] });
      await exchangeUdp(notify, { server: behindRelay, timeoutMs: 5000 });
    },
    silenceSecondary: silent => relay?.silence(silent),
    log: () => programs.map(program => program.log()).join('\n'),
    stop,
  };
}

function newKey(keyAlgorithm: BindKey['keyAlgorithm'], length: number): BindKey {
  return { keyName: `${keyAlgorithm}.key`, keyAlgorithm, keySecret: randomBytes(length).toString('base64') };
}

async function startNamed(
  name: string,
  folder: Workdir,
  { address, port }: DnsServer,
  statements: readonly string[],
  check: () => Promise<void>,
): Promise<RunningProgram> {
  // Of its own: named keeps more than its zones where it works.
  mkdirSync(folder.file(`${name}-state`));
  const configuration = folder.file(`${name}.conf`);
  writeFileSync(
    configuration,
    `options {
  directory "${folder.path}";
  managed-keys-directory "${folder.file(`${name}-state`)}";
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  pid-file none;
  lock-file none;
  session-keyfile none;
  dnssec-validation no;
  recursion yes;
  allow-recursion { 127.0.0.0/8; };
  allow-transfer { 127.0.0.0/8; };
  notify no;
  notify-delay 0;
  request-ixfr no;
  tcp-clients 1000;
  tcp-listen-queue 1000;
};
controls { };
${statements.join('\n')}
`,
    { mode: 0o600 },
  );
  return startProgram({
    name: `BIND ${name}`,
    command: findPart('named'),
    args: ['-g', '-n', '1', '-c', configuration],
    ready: { check },
  });
}

const rootZone = `$TTL 60
@ SOA ns.root. hostmaster.root. 1 3600 600 86400 1
@ NS ns.root.
ns.root. A 127.0.0.1
`;

function zoneFile(zone: string, secondary: DnsServer | null, records: readonly string[]): string {
  return `$TTL 60
$ORIGIN ${zone}.
@ SOA ns1 hostmaster 1 3600 600 86400 1
@ NS ns1
ns1 A 127.0.0.1
${secondary ? `@ NS ns2\nns2 A ${secondary.address}\n` : ''}${records.join('\n')}
`;
}

/** A zone's TXT records by AXFR (RFC 5936): it ends with the SOA record that it begins with. */
async function transferTxt(zone: string, { address, port }: DnsServer): Promise<string[]> {
  const socket = connect(port, address);
  try {
    const question = { name: zone, type: 'AXFR' } as const;
    socket.write(streamEncode({ type: 'query', id: randomInt(0x10000), questions: [question] }));
    let received = Buffer.alloc(0);
    const records: Answer[] = [];
    for (;;) {
      const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        records.push(...(streamDecode(received.subarray(0, end)).answers ?? []));
        received = received.subarray(end);
      }
      if (records.filter(({ type }) => type === 'SOA').length < 2) continue;
      return records.flatMap(record =>
        record.type === 'TXT'
          ? [`${record.name} ${Buffer.concat([record.data].flat().map(part => Buffer.from(part)))}`]
          : [],
      );
    }
  } finally {
    socket.destroy();
  }
}
