import type { RealServerChange } from '@certfleet/contract';
import type { RealServerRecord } from '../../store/real-servers.js';
import type { Properties } from '../../store/virtual-services.js';
import type { ShownField } from '../as-shown.js';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { fixedServerFields, readFixedFields, showFixedFields, withoutDefaults } from './fixed-fields.js';
import { statusWords } from './status.js';
import { nickName } from './virtual-service.js';

/** What LoadMaster gives a new real server. */
export const newWeight = 1000;

/** Shown, and taken only as they are. `Port` is among the selectors. */
export const shownServerFields: readonly ShownField[] = [
  ...['VSIndex', 'RsIndex', 'Addr', 'Nrules', 'MatchRules'].map(name => ({ name })),
  { name: 'Status', reports: statusWords },
];

/** What addrs and modrs take beside the selectors, and beside the port, which each has another name for. */
export const serverParameters: readonly string[] = [
  ...['Weight', 'Limit', 'Enable', 'Name'],
  ...fixedServerFields.map(({ name }) => name),
  ...shownServerFields.map(({ name }) => name),
];

/** What was sent of a real server. Throws 422 that names the first field whose value can't be honoured. */
export function readServer(
  parameters: Parameters,
  before: Properties,
): { change: Omit<RealServerChange, 'address' | 'port'>; properties: Properties } {
  const sent = (name: string) => (parameters.text(name)?.trim() ? name : undefined);
  const change: RealServerChange = {};
  const weight = sent('Weight') && parameters.integer('Weight', { min: 0, max: 65_535 });
  if (typeof weight === 'number') change.weight = weight;
  const limit = sent('Limit') && parameters.integer('Limit', { min: 0, max: 1_000_000 });
  if (typeof limit === 'number') change.connectionLimit = limit;
  const enabled = sent('Enable') && parameters.flag('Enable');
  if (typeof enabled === 'boolean') change.enabled = enabled;
  if (sent('Name')) throw LoadMasterError.invalid('Name', 'Only a SubVS has a name');
  const kept = { ...before, ...readFixedFields(parameters, fixedServerFields) };
  return { change, properties: withoutDefaults(kept, fixedServerFields) };
}

/** A real server of the (sub) virtual service `index`. */
export function serverFields(index: number, server: RealServerRecord, status: string): Data {
  const { Forward, Critical, RateLimit, Follow, non_local } = showFixedFields(server.properties, fixedServerFields);
  return {
    Status: status,
    VSIndex: index,
    RsIndex: server.index,
    Addr: server.address,
    Port: server.port,
    DnsName: '',
    Forward,
    Weight: server.weight,
    Limit: server.connectionLimit,
    RateLimit,
    Follow,
    Enable: server.enabled,
    Critical,
    non_local,
    Nrules: 0,
    MatchRules: [],
  };
}

/** A SubVS or a challenge's as its parent shows it, which is like a real server; it has no weight of its own. */
export function partFields(part: {
  index: number;
  rsIndex: number;
  name: string;
  enabled: boolean;
  rules: readonly string[];
  status: string;
}): Data {
  return {
    Status: part.status,
    VSIndex: part.index,
    RsIndex: part.rsIndex,
    Name: part.name,
    Forward: 'nat',
    Weight: newWeight,
    Limit: 0,
    RateLimit: 0,
    Follow: 0,
    Enable: part.enabled,
    Critical: false,
    MatchRules: part.rules,
  };
}

/**
 * What modrs may change of a SubVS: its name, and whether it is enabled. Throws 422 for weights and limits, which it
 * has none of.
 */
export function readPart(parameters: Parameters): { enabled?: boolean; name?: string } {
  const { change } = readServer(parameters.without(['Name']), {});
  if (change.weight !== undefined && change.weight !== newWeight) {
    throw LoadMasterError.invalid('Weight', `A SubVS takes what its rules say: can only be ${newWeight}`);
  }
  if (change.connectionLimit !== undefined && change.connectionLimit !== 0) {
    throw LoadMasterError.invalid('Limit', 'A SubVS has no limit of its own: can only be 0');
  }
  const name = parameters.text('Name')?.trim();
  return {
    ...(change.enabled === undefined ? {} : { enabled: change.enabled }),
    ...(name ? { name: nickName(name, 'Name') } : {}),
  };
}
