import type { Properties } from '../../store/virtual-services.js';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';

type FixedValue = string | number | boolean;

/**
 * A field that changes nothing here: clients send whole objects, so the values that Certfleet fulfils anyway are taken
 * and read back, and any other is refused by name.
 */
export interface FixedField {
  name: string;
  /** The first is what it has while nobody has said anything; its type is the field's in JSON. */
  accepts: readonly [FixedValue, ...FixedValue[]];
}

const only = (value: FixedValue, names: string): FixedField[] =>
  names.split(/\s+/).map(name => ({ name, accepts: [value] }));

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
    IsTransparent QoS ChkInterval ChkTimeout ChkRetryCount Bandwidth ConnsPerSecLimit RequestsPerSecLimit
    MaxConnsLimit ResponseRemapMsgFormat`,
  ),
  ...only(
    '',
    `InterceptOpts OwaspOpts AltAddress DefaultGW ExtraPorts StandbyAddr QueryTag CheckPattern CheckHeaders
    CheckPostData ExtraHdrKey ExtraHdrValue CopyHdrFrom CopyHdrTo`,
  ),
  { name: 'StandbyPort', accepts: ['', '0'] },
  { name: 'CipherSet', accepts: ['', 'Default'] },
  { name: 'SSLRewrite', accepts: ['0', ''] },
  // Real servers are asked from the machine's own address in either case.
  { name: 'SubnetOriginating', accepts: [true, false] },
  { name: 'Idletime', accepts: [660, 0] },
  // X-Forwarded-For is always added.
  { name: 'AddVia', accepts: [0, 1] },
  // What is switched off, as bits: SSL 3, TLS 1.0, TLS 1.1. These are never offered; 0 and 3 were firmware's defaults.
  { name: 'TlsType', accepts: ['7', '3', '0'] },
  // A client that comes back always starts its time anew.
  { name: 'RefreshPersist', accepts: [false, true] },
  // RsMinimum counts in either case.
  { name: 'EnhancedHealthChecks', accepts: [false, true] },
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
];

/** What was sent of these fields. Throws 422 for a value that can't be honoured. */
export function readFixedFields(parameters: Parameters, fields: readonly FixedField[]): Properties {
  const read = fields.flatMap(field => {
    const text = parameters.text(field.name)?.trim();
    if (text === undefined) return [];
    const value = text === '' ? field.accepts[0] : typed(parameters, field, text);
    if (field.accepts.includes(value)) return [[field.name, value] as const];
    const values = [...new Set(field.accepts.map(written))].join(' or ');
    throw LoadMasterError.invalid(field.name, `Certfleet does not have this: can only be ${values}`);
  });
  return Object.fromEntries(read);
}

/** How these fields are shown, as they were sent or by default. */
export function showFixedFields(properties: Properties, fields: readonly FixedField[]): Data {
  const shown = fields.map(({ name, accepts }) => [name, (properties[name] as FixedValue) ?? accepts[0]] as const);
  return Object.fromEntries(shown.filter(([, value]) => value !== ''));
}

function typed(parameters: Parameters, { name, accepts }: FixedField, text: string): FixedValue {
  if (typeof accepts[0] === 'boolean') return parameters.flag(name) ?? accepts[0];
  if (typeof accepts[0] === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : text;
  return text;
}

/** As in XML. */
function written(value: FixedValue): string {
  if (typeof value === 'boolean') return value ? 'Y' : 'N';
  return value === '' ? 'empty' : String(value);
}
