/**
 * LoadMaster's replies as its clients read them: written from its interface description and from recorded replies, and
 * rendered here once more, so that what the server's own code makes of them is held against something else.
 */

type Scalar = string | number | boolean;
/**
 * A reply's data with its fields in order, as they stand in JSON. A list is an array, and a repeated element in XML.
 */
export interface Shape {
  [field: string]: Scalar | Shape | readonly (Scalar | Shape)[];
}

/** A reply in XML and in JSON, to the letter. */
export interface Expected {
  1: string;
  2: string;
}

const success = (inner: string) =>
  `<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="200" code="ok"><Success>${inner}</Success></Response>\n`;

/** A message alone. */
export function message(text = 'Command completed ok'): Expected {
  const escaped = text.replace(/["']/g, character => `&#${character.charCodeAt(0)};`);
  return { 1: success(escaped), 2: `${JSON.stringify({ code: 200, message: text, status: 'ok' })}\n` };
}

/** Data: in `<Data>`, and at the top level of JSON with `status` last. */
export function data(shape: Shape): Expected {
  return { 1: success(element('Data', shape)), 2: `${JSON.stringify({ code: 200, ...shape, status: 'ok' })}\n` };
}

/** Data beside a message, for which XML has no room. */
export function messageAndData(shape: Shape): Expected {
  const json = { code: 200, message: 'Command completed ok', ...shape, status: 'ok' };
  return { 1: data(shape)[1], 2: `${JSON.stringify(json)}\n` };
}

/** Data that some clients look for under `Data`, others at the top level. */
export function dataTwice(shape: Shape): Expected {
  return { 1: data(shape)[1], 2: data({ ...shape, Data: shape })[2] };
}

function element(name: string, value: Scalar | Shape): string {
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .flatMap(([field, each]) => (Array.isArray(each) ? each : [each]).map(one => element(field, one)))
          .join('')
      : typeof value === 'boolean'
        ? { true: 'Y', false: 'N' }[`${value}`]
        : String(value).replace(/["'<>&]/g, character => `&#${character.charCodeAt(0)};`);
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

/** What every virtual service has and Certfleet has one value of, with the types of a recorded LoadMaster. */
const onlyShown: Shape = {
  ...{ SSLReverse: false, SSLReencrypt: false, Intercept: false, IPReputationBlocking: false, Transparent: false },
  ...{ Cache: false, Compress: false, UseforSnat: false, ForceL4: false, MultiConnect: false, VerifyBearer: false },
  ...{ HTTPReschedule: false, EspEnabled: false, NeedHostName: false, OCSPVerify: false, PassCipher: false },
  ...{ PassSni: false, ResponseStatusRemap: false, ForceL7: true, InterceptMode: 0, AlertThreshold: 0 },
  ...{ BlockingParanoia: 0, ExecutingParanoia: 0, AnomalyScoringThreshold: 0, PCRELimit: 0, JSONDLimit: 0 },
  ...{ BodyLimit: 0, Transactionlimit: 0, ServerInit: 0, StartTLSMode: 0, Verify: 0, ClientCert: 0 },
  ...{ SecurityHeaderOptions: 0, SameSite: 0, MatchLen: 0, FollowVSID: 0, NRequestRules: 0, NResponseRules: 0 },
  ...{ NMatchBodyRules: 0, NPreProcessRules: 0, InputAuthMode: 0, OutputAuthMode: 0, QoS: 0 },
  ...{ ChkInterval: 0, ChkTimeout: 0, ChkRetryCount: 0, Bandwidth: 0, ConnsPerSecLimit: 0, RequestsPerSecLimit: 0 },
  ...{
    MaxConnsLimit: 0,
    ResponseRemapMsgFormat: 0,
    IsTransparent: 0,
    SSLRewrite: '0',
    SubnetOriginating: true,
    Idletime: 660,
  },
  ...{ AddVia: 0, TlsType: '7', RefreshPersist: false, EnhancedHealthChecks: false },
};

/** What is different about a virtual service or SubVS. */
export interface Different {
  Status: string;
  Index: number;
  /** Empty with port 0: a SubVS. */
  VSAddress?: string;
  VSPort?: string;
  NickName?: string;
  /** Left out of a SubVS. */
  SSLAcceleration?: boolean;
  AllowHTTP2?: boolean;
  ErrorCode?: string;
  ErrorUrl?: string;
  Schedule?: string;
  CheckType?: string;
  CertFile?: string;
  NRules?: number;
  MasterVS?: number;
  MasterVSID?: number;
  MatchRules?: string[];
  Rs?: Shape[];
  SubVS?: Shape[];
}

/** A virtual service as listvs and showvs show it. */
export function virtualService(different: Different): Shape {
  const { Rs = [], SubVS = [], CertFile, SSLAcceleration, ErrorUrl } = different;
  return {
    ...{ Status: different.Status, Index: different.Index },
    ...{ VSAddress: different.VSAddress ?? '', VSPort: different.VSPort ?? '0', Protocol: 'tcp', Layer: 7 },
    ...{ NickName: different.NickName ?? '', Enable: true, ...onlyShown, VStype: 'http' },
    ...(SSLAcceleration === undefined ? {} : { SSLAcceleration }),
    ...{ AllowHTTP2: different.AllowHTTP2 ?? false, ErrorCode: different.ErrorCode ?? '0' },
    ...(ErrorUrl === undefined ? {} : { ErrorUrl }),
    ...{ Schedule: different.Schedule ?? 'rr', Persist: 'none', PersistTimeout: '0' },
    ...{ CheckType: different.CheckType ?? 'tcp', CheckPort: '0', CheckUseGet: 0, 'CheckUse1.1': false, RsMinimum: 0 },
    ...(CertFile === undefined ? {} : { CertFile }),
    ...{ NRules: different.NRules ?? 0, MasterVS: different.MasterVS ?? 0, MasterVSID: different.MasterVSID ?? 0 },
    ...{ NumberOfRSs: Rs.length + SubVS.length, MatchRules: different.MatchRules ?? [], Rs, SubVS },
  };
}

/** A real server of virtual service or SubVS `index`, at port 9 of this machine. */
export function realServer(index: number, { Status, Weight = 1000 }: { Status: string; Weight?: number }): Shape {
  return {
    ...{ Status, VSIndex: index, RsIndex: 1, Addr: '127.0.0.1', Port: 9, DnsName: '', Forward: 'nat', Weight },
    ...{ Limit: 0, RateLimit: 0, Follow: 0, Enable: true, Critical: false, non_local: false, Nrules: 0 },
    MatchRules: [],
  };
}

/** A SubVS as its parent shows it. */
export function subVirtualService(
  index: number,
  { Status, MatchRules = [], Name = '' }: { Status: string; MatchRules?: string[]; Name?: string },
): Shape {
  return {
    ...{ Status, VSIndex: index, RsIndex: 1_000_000 + index, Name, Forward: 'nat', Weight: 1000 },
    ...{ Limit: 0, RateLimit: 0, Follow: 0, Enable: true, Critical: false, MatchRules },
  };
}

/** A content rule as showrule shows it. */
export function contentRule(Name: string, Pattern: string, { IncludeQuery = false } = {}): Shape {
  return {
    ...{ Name, Pattern, MatchType: 'prefix', AddHost: false, Negate: false, CaseIndependent: false, IncludeQuery },
    ...{ Header: '', MustFail: false },
  };
}

/** The counters of a virtual service or SubVS that nothing has passed through. */
export function idleService(Index: number, VSAddress = '', VSPort = 0): Shape {
  return {
    ...{ VSAddress, VSPort, VSProt: 'tcp', Index, Enable: 1, ActiveConns: 0, TotalConns: 0, ConnsPerSec: 0 },
    ...{ TotalPkts: 0, TotalBytes: 0, BytesRead: 0, BytesWritten: 0 },
  };
}

/** The counters of a real server at port 9 of this machine. */
export function idleServer(VSIndex: number): Shape {
  return {
    ...{ VSIndex, RSIndex: 1, Addr: '127.0.0.1', Port: 9, Enable: 1, Weight: 100, ActiveConns: 0, Conns: 0 },
    ...{ ConnsPerSec: 0, Pkts: 0, Bytes: 0, BytesRead: 0, BytesWritten: 0 },
  };
}
