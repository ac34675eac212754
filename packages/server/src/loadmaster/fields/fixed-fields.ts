import type { Properties } from '../../store/virtual-services.js';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { flagOf, type Parameters } from '../parameters.js';

type FixedValue = string | number | boolean;

/**
 * A field that changes nothing here: clients send whole objects, so the values that Certfleet fulfils anyway are taken
 * and read back, and any other is refused by name.
 */
export interface FixedField {
  name: string;
  /** The first is what it has while nobody has said anything; its type is the field's in JSON. */
  accepts: readonly [FixedValue, ...FixedValue[]];
  /** A LoadMaster shows it only where it was set, or has it in commands alone: it is taken, and not shown. */
  hidden?: boolean;
}

const only = (value: FixedValue, names: string): FixedField[] =>
  names.split(/\s+/).map(name => ({ name, accepts: [value] }));

/** What is not set, as clients that send every field have it. */
const unset = (names: string): FixedField[] =>
  names.split(/\s+/).map(name => ({ name, accepts: ['', '0', 'N'], hidden: true }));

/** What a LoadMaster has there at first; in JSON it is a list. */
const firewallOptions = ['auditnone', 'auditrelevant'].map(audit => `opnormal;${audit};reqdatadisable;resdatadisable`);

/** Of virtual services and of SubVSs. Those that are empty are not shown. */
export const fixedServiceFields: readonly FixedField[] = [
  ...only(
    false,
    `SSLReverse SSLReencrypt Intercept IPReputationBlocking Transparent Cache Compress UseforSnat ForceL4 MultiConnect
    VerifyBearer HTTPReschedule EspEnabled NeedHostName OCSPVerify PassCipher PassSni ResponseStatusRemap`,
  ),
  ...only(true, 'ForceL7'),
  ...only(
    0,
    `InterceptMode AlertThreshold BlockingParanoia ExecutingParanoia AnomalyScoringThreshold PCRELimit JSONDLimit
    BodyLimit Transactionlimit ServerInit StartTLSMode Verify ClientCert SecurityHeaderOptions SameSite MatchLen
    FollowVSID NRequestRules NResponseRules NMatchBodyRules NPreProcessRules InputAuthMode OutputAuthMode
    QoS ChkInterval ChkTimeout ChkRetryCount Bandwidth ConnsPerSecLimit RequestsPerSecLimit
    MaxConnsLimit ResponseRemapMsgFormat`,
  ),
  ...only(
    '',
    `AltAddress DefaultGW ExtraPorts StandbyAddr QueryTag CheckPattern CheckHeaders
    CheckPostData ExtraHdrKey ExtraHdrValue CopyHdrFrom CopyHdrTo`,
  ),
  // A client reads it as a number, so it is not shown while there is none.
  { name: 'StandbyPort', accepts: ['', '0'], hidden: true },
  // 2 stands beside Transparent N on a LoadMaster.
  { name: 'IsTransparent', accepts: [0, 2] },
  // How a firewall that is off would work.
  ...['InterceptOpts', 'OwaspOpts'].map(name => ({ name, accepts: ['', ...firewallOptions] as const, hidden: true })),
  { name: 'CipherSet', accepts: ['', 'Default'] },
  { name: 'SSLRewrite', accepts: ['0', ''] },
  // Real servers are asked from the machine's own address in either case.
  { name: 'SubnetOriginating', accepts: [true, false] },
  // 0 is the default timeout, which is 660 as well.
  { name: 'Idletime', accepts: [660, 0] },
  // X-Forwarded-For is always added, and Via never: 0 and 5 are two ways to say that.
  { name: 'AddVia', accepts: [0, 5] },
  // What is switched off, as bits: SSL 3, TLS 1.0, TLS 1.1. These are never offered; 0 and 3 were firmware's defaults.
  { name: 'TlsType', accepts: ['7', '3', '0'] },
  // A client that comes back always starts its time anew.
  { name: 'RefreshPersist', accepts: [false, true] },
  // RsMinimum counts in either case.
  { name: 'EnhancedHealthChecks', accepts: [false, true] },
  // Real servers may be anywhere that the machine can reach.
  { name: 'non_local', accepts: [false, true], hidden: true },
  ...unset(
    `Adaptive showadaptive AdaptiveInterval AdaptiveUrl AdaptivePort AdaptiveMinPercent CachePercent PortFollow
    LocalBindAddrs NonLocalSorryServer template RuleList RequestRules ResponseRules MatchBodyRules RSRulePrecedence
    RSRulePrecedencePos PreProcPrecedence PreProcPrecedencePos RequestPrecedence RequestPrecedencePos
    ResponsePrecedence ResponsePrecedencePos MatchBodyPrecedence MatchBodyPrecedencePos ResponseRemapMsgMap
    ResponseRemapCodeMap InterceptPOSTOtherContentTypes LdapEndpoint Ciphers Tls13CipherSet IntermediateCerts
    ReverseSNIHostname ESPLogs AllowedHosts AllowedDirectories ExcludedDirectories Domain AltDomains Logoff
    AddAuthHeader DisplayPubPriv DisablePasswordForm Captcha SingleSignOnDir AllowedGroups`,
  ),
];

/** Of real servers. */
export const fixedServerFields: readonly FixedField[] = [
  { name: 'Forward', accepts: ['nat'] },
  { name: 'Critical', accepts: [false] },
  { name: 'RateLimit', accepts: [0] },
  { name: 'Follow', accepts: [0] },
  { name: 'DnsName', accepts: [''] },
  // A real server may be anywhere that the machine can reach.
  { name: 'non_local', accepts: [false, true] },
  ...unset('addtoallsubvs'),
];

/** What was sent of these fields, to be kept. Throws 422 for a value that can't be honoured. */
export function readFixedFields(parameters: Parameters, fields: readonly FixedField[]): Properties {
  const read = fields.flatMap(field => {
    const text = textOf(parameters, field.name);
    if (text === undefined) return [];
    const value = text === '' ? field.accepts[0] : typed(parameters, field, text);
    if (field.accepts.includes(value)) return field.hidden ? [] : [[field.name, value] as const];
    const values = [...new Set(field.accepts.map(written))].join(' or ');
    throw LoadMasterError.invalid(field.name, `Certfleet does not have this: can only be ${values}`);
  });
  return Object.fromEntries(read);
}

/** Without what has its default: only what differs is worth keeping. */
export function withoutDefaults(properties: Properties, fields: readonly FixedField[]): Properties {
  const defaults = new Map<string, unknown>(fields.map(({ name, accepts }) => [name, accepts[0]]));
  return Object.fromEntries(Object.entries(properties).filter(([name, value]) => value !== defaults.get(name)));
}

/** How these fields are shown, as they were sent or by default. */
export function showFixedFields(properties: Properties, fields: readonly FixedField[]): Data {
  const shown = fields
    .filter(({ hidden }) => !hidden)
    .map(({ name, accepts }) => [name, (properties[name] as FixedValue) ?? accepts[0]] as const);
  return Object.fromEntries(shown.filter(([, value]) => value !== ''));
}

/** A list is as good as its words with semicolons between, which is how a query has them. */
function textOf(parameters: Parameters, name: string): string | undefined {
  const sent = parameters.sent(name);
  return Array.isArray(sent) ? sent.join(';') : parameters.text(name)?.trim();
}

function typed(parameters: Parameters, { name, accepts }: FixedField, text: string): FixedValue {
  if (typeof accepts[0] === 'boolean') return parameters.flag(name) ?? accepts[0];
  if (typeof accepts[0] === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : text;
  return accepts.includes('N') && flagOf(text) === false ? 'N' : text;
}

/** As in XML. */
function written(value: FixedValue): string {
  if (typeof value === 'boolean') return value ? 'Y' : 'N';
  return value === '' ? 'empty' : String(value);
}
