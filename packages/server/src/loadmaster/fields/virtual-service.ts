import { isDeepStrictEqual } from 'node:util';
import { Name, type Scheduling, type VirtualServiceChange } from '@certfleet/contract';
import type {
  PoolSettings,
  Properties,
  SubVirtualServiceRecord,
  VirtualServiceRecord,
} from '../../store/virtual-services.js';
import type { ShownField } from '../as-shown.js';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { fixedServiceFields, readFixedFields, showFixedFields, withoutDefaults } from './fixed-fields.js';
import { translated, wordFor } from './group.js';
import { checkFields, checkNames, readHealthCheck } from './health-check.js';
import { http2Fields, readHttp2 } from './http2.js';
import { persistenceFields, persistenceNames, readPersistence } from './persistence.js';
import { statusWords } from './status.js';
import { errorFields, readUnavailable } from './unavailable.js';

/** LoadMaster's words for the ways to spread requests. */
export const schedules: Readonly<Record<string, Scheduling>> = {
  rr: 'round-robin',
  wrr: 'weighted-round-robin',
  lc: 'least-connection',
  wlc: 'weighted-least-connection',
  fixed: 'fixed-weight',
  sh: 'source-hash',
  uhash: 'url-hash',
};

/** What addvs and modvs take beside the selector and {@link fixedServiceFields}. */
const settableFields = [
  ...['NickName', 'Enable', 'VStype', 'SSLAcceleration', 'AllowHTTP2', 'CertFile', 'Schedule'],
  ...['Persist', 'PersistTimeout', 'Cookie'],
  ...['CheckType', 'CheckPort', 'CheckUrl', 'CheckHost', 'CheckUseGet', 'CheckUse1.1', 'CheckCodes', 'RsMinimum'],
  ...['ErrorCode', 'ErrorUrl', 'ErrorPage'],
] as const;

/** Shown, and taken only as they are. */
export const shownServiceFields: readonly ShownField[] = [
  ...['Index', 'Protocol', 'Layer', 'MasterVS', 'MasterVSID', 'NumberOfRSs', 'NRules'].map(name => ({ name })),
  { name: 'Status', reports: statusWords },
  { name: 'Rs', instead: 'addrs, modrs and delrs change real servers' },
  { name: 'SubVS', instead: 'modvs and delvs change a SubVS by its own index' },
  { name: 'MatchRules', instead: 'addrsrule and delrsrule change which rules a SubVS has' },
];

/** Everything that says what a virtual service is like. */
export const serviceParameters: readonly string[] = [
  ...settableFields,
  ...shownServiceFields.map(({ name }) => name),
  ...fixedServiceFields.map(({ name }) => name),
];

/** A virtual service or SubVS, as it is or, for a new one, as it is while nobody says anything. */
export type ServiceBefore = PoolSettings & {
  type: VirtualServiceRecord['type'] | 'sub';
  redirectPort: number | null;
  http2: boolean | null;
  properties: Properties;
  realServers: readonly unknown[];
  subVirtualServices?: readonly unknown[];
};

/** What LoadMaster gives a new virtual service. */
export const newService: ServiceBefore = {
  type: 'http',
  redirectPort: null,
  http2: null,
  scheduling: 'round-robin',
  persistence: { type: 'none' },
  healthCheck: { type: 'tcp', port: null },
  minimumServers: 1,
  unavailable: null,
  properties: {},
  realServers: [],
};

/** The fields of a virtual service or SubVS that are settings of its own. */
export function settingFields(service: VirtualServiceRecord | SubVirtualServiceRecord): Data {
  const { properties, type, enabled, name } = service;
  const { ErrorCode, ErrorUrl, ErrorPage } = errorFields(service);
  const check = checkFields(service);
  const persistence = persistenceFields(service);
  const { VStype, AllowHTTP2 } = http2Fields(service);
  const shownIfAny = (text: string) => (text === '' ? undefined : text);
  return {
    NickName: name ?? '',
    Enable: enabled,
    ...showFixedFields(properties, fixedServiceFields),
    VStype,
    ...(type === 'sub' ? {} : { SSLAcceleration: type === 'https' }),
    AllowHTTP2,
    ErrorCode,
    ErrorUrl: shownIfAny(ErrorUrl),
    ErrorPage: shownIfAny(ErrorPage),
    Schedule: wordFor(schedules, service.scheduling),
    Persist: persistence.Persist,
    PersistTimeout: persistence.PersistTimeout,
    Cookie: shownIfAny(persistence.Cookie),
    CheckType: check.CheckType,
    CheckPort: check.CheckPort,
    CheckUrl: shownIfAny(check.CheckUrl),
    CheckHost: shownIfAny(check.CheckHost),
    CheckUseGet: Number(check.CheckUseGet),
    'CheckUse1.1': check['CheckUse1.1'] === 'Y',
    CheckCodes: shownIfAny(check.CheckCodes),
    RsMinimum: service.minimumServers === 1 ? Number(properties.RsMinimum ?? 0) : service.minimumServers,
  };
}

/** What is to be changed, and what is kept for its clients to read back. */
export interface ReadService {
  change: VirtualServiceChange;
  properties: Properties;
}

/**
 * What addvs or modvs sent, on top of what there is. Throws 422 that names the first field whose value can't be
 * honoured.
 *
 * @param address of the virtual service or, for a SubVS, of its parent
 */
export function readService(parameters: Parameters, before: ServiceBefore, address: string): ReadService {
  const change: VirtualServiceChange = {};
  const kept: Properties = readFixedFields(parameters, fixedServiceFields);
  const name = parameters.text('NickName')?.trim();
  if (name !== undefined) change.name = name === '' ? null : nickName(name);
  if (isGiven(parameters, 'Enable')) change.enabled = parameters.flag('Enable') ?? true;
  const schedule = given(parameters, 'Schedule');
  if (schedule !== undefined) change.scheduling = translated('Schedule', schedule, schedules);
  const minimum = isGiven(parameters, 'RsMinimum') ? parameters.integer('RsMinimum', { min: 0, max: 1000 }) : undefined;
  if (minimum !== undefined) {
    change.minimumServers = minimum || 1;
    kept.RsMinimum = minimum === 1 ? 1 : null;
  }
  const persistence = readPersistence(parameters, before);
  if (persistence) {
    change.persistence = persistence.setting;
    Object.assign(kept, persistence.kept);
  }
  const healthCheck = readHealthCheck(parameters, before, address);
  if (healthCheck) {
    change.healthCheck = healthCheck.setting;
    Object.assign(kept, healthCheck.kept);
  }
  Object.assign(kept, readType(parameters, before, change));
  refuseWithoutServers(parameters, before, change);
  return { change, properties: worthKeeping({ ...before.properties, ...kept }) };
}

/** Which fields say how real servers are used, by what they change. */
const serverFields = {
  scheduling: ['Schedule'],
  persistence: persistenceNames,
  healthCheck: checkNames,
  minimumServers: ['RsMinimum'],
} as const;

/** Throws 422 for a change that a virtual service with SubVSs would do nothing with: they have the real servers. */
function refuseWithoutServers(parameters: Parameters, before: ServiceBefore, change: VirtualServiceChange): void {
  if (!before.subVirtualServices?.length) return;
  for (const setting of Object.keys(serverFields) as (keyof typeof serverFields)[]) {
    if (change[setting] === undefined || isDeepStrictEqual(change[setting], before[setting])) continue;
    const field = serverFields[setting].find(name => isGiven(parameters, name)) ?? serverFields[setting][0];
    throw LoadMasterError.invalid(field, 'The SubVSs have the real servers: set it on them');
  }
}

/** Type and error go together: a redirect service is an HTTP service with a certain error. */
function readType(parameters: Parameters, before: ServiceBefore, change: VirtualServiceChange): Properties {
  const secure = isGiven(parameters, 'SSLAcceleration') ? parameters.flag('SSLAcceleration') : undefined;
  const error = readUnavailable(parameters, before);
  if (before.type === 'sub') {
    if (secure) throw LoadMasterError.invalid('SSLAcceleration', 'TLS ends at the virtual service, not at a SubVS');
    if (error) change.unavailable = error.unavailable;
    return readHttp2(parameters, before, false).kept;
  }
  const isSecure = secure ?? before.type === 'https';
  const redirects = error ? error.redirectPort !== null : before.type === 'redirect';
  if (redirects && isSecure) {
    throw LoadMasterError.invalid(
      error ? 'ErrorUrl' : 'SSLAcceleration',
      'A service that redirects to HTTPS is an HTTP one',
    );
  }
  if (redirects && before.realServers.length + (before.subVirtualServices?.length ?? 0) > 0) {
    throw LoadMasterError.invalid(
      'ErrorUrl',
      'Only a service without real servers and SubVSs redirects to https://%h%s',
    );
  }
  const { http2, kept } = readHttp2(parameters, before, isSecure);
  const next = redirects ? 'redirect' : isSecure ? 'https' : 'http';
  if (next !== before.type) change.type = next;
  if (http2 !== null && http2 !== before.http2) change.http2 = http2;
  if (error) {
    change.unavailable = error.unavailable;
    if (error.redirectPort !== null) change.redirectPort = error.redirectPort;
  }
  return kept;
}

/** Throws 422 for what no virtual service can be called. */
export function nickName(text: string, field = 'NickName'): string {
  if (Name.safeParse(text).success) return text;
  throw LoadMasterError.invalid(field, 'Letters, digits and . _ @ -; the first a letter or digit; at most 128');
}

/** Without what says nothing: only the rest is worth keeping. */
function worthKeeping(properties: Properties): Properties {
  const kept = Object.entries(withoutDefaults(properties, fixedServiceFields)).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}

function given(parameters: Parameters, name: string): string | undefined {
  return parameters.text(name)?.trim() || undefined;
}

function isGiven(parameters: Parameters, name: string): boolean {
  return given(parameters, name) !== undefined;
}
