import { isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { HealthCheck } from '@certfleet/contract';
import type { PoolSettings, Properties } from '../../store/virtual-services.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { FieldGroup, type GroupSetting, keptText, translated } from './group.js';

/** The kinds of checks, which are called alike. */
export const checkTypes = { none: 'none', tcp: 'tcp', http: 'http', https: 'https' } as const;

/** What counts as up beside 200 to 299 while CheckCodes is empty, as the vendor has it. */
const usualCodes = [301, 302, 401];

/** By LoadMaster's number; 2 would be POST. */
const methods = { 0: 'HEAD', 1: 'GET' } as const;

/** What LoadMaster calls it. */
export const checkNames = [
  'CheckType',
  'CheckPort',
  'CheckUrl',
  'CheckHost',
  'CheckUseGet',
  'CheckUse1.1',
  'CheckCodes',
] as const;
type Fields = Record<(typeof checkNames)[number], string>;
type Pooled = Pick<PoolSettings, 'healthCheck'> & { properties: Properties };

/** How the check is shown, each as text. `CheckPort` 0: the real server's own. */
export function checkFields({ healthCheck, properties }: Pooled): Fields {
  const kept = (name: (typeof checkNames)[number]) => keptText(properties, name) ?? '';
  if (healthCheck.type === 'none' || healthCheck.type === 'tcp') {
    return {
      CheckType: healthCheck.type,
      CheckPort: (healthCheck.type === 'tcp' ? healthCheck.port : kept('CheckPort'))?.toString() || '0',
      CheckUrl: kept('CheckUrl'),
      CheckHost: kept('CheckHost'),
      CheckUseGet: kept('CheckUseGet') || '0',
      'CheckUse1.1': kept('CheckUse1.1') || 'N',
      CheckCodes: kept('CheckCodes'),
    };
  }
  const { type, port, path, host, method, statuses } = healthCheck;
  return {
    CheckType: type,
    CheckPort: String(port ?? 0),
    CheckUrl: path,
    CheckHost: host ?? kept('CheckHost'),
    CheckUseGet: method === 'GET' ? '1' : '0',
    // Without a Host header it is HTTP/1.0.
    'CheckUse1.1': host === null ? 'N' : 'Y',
    CheckCodes: keptText(properties, 'CheckCodes') ?? (isUsual(statuses) ? '' : statuses.join(' ')),
  };
}

/**
 * What was sent of it, on top of what there is; undefined: nothing. HTTP/1.1 without a host has that of the virtual
 * service, its address. Throws 422.
 */
export function readHealthCheck(
  parameters: Parameters,
  before: Pooled,
  address: string,
): GroupSetting<HealthCheck> | undefined {
  const group = new FieldGroup(checkNames, parameters, checkFields(before));
  if (!group.isSent) return undefined;
  const type = translated('CheckType', group.value('CheckType') || 'tcp', checkTypes);
  const port = group.integer('CheckPort', { min: 1, max: 65_535 }) || null;
  const method = translated<'GET' | 'HEAD'>('CheckUseGet', group.value('CheckUseGet') || '0', methods);
  const statuses = readStatuses(group, before);
  const [host, keptHost] = readHost(parameters, group, address);
  // Also when it is of no use yet: what is wrong is refused when it is sent, and not when the type changes.
  const request = group.checked(
    HealthCheck,
    { type: 'http', port, path: group.value('CheckUrl') || '/', host, method, statuses },
    { path: 'CheckUrl', host: 'CheckHost', statuses: 'CheckCodes' },
  );
  const dormant = ['CheckUrl', 'CheckHost', 'CheckUseGet', 'CheckUse1.1', 'CheckCodes'] as const;
  if (type === 'none') return { setting: { type }, kept: group.kept(['CheckPort', ...dormant], ['', '0', 'N']) };
  if (type === 'tcp') return { setting: { type, port }, kept: group.kept(dormant, ['', '0', 'N']) };
  const kept = group.kept([
    ...(keptHost ? (['CheckHost'] as const) : []),
    ...(isUsual(statuses) ? (['CheckCodes'] as const) : []),
  ]);
  return { setting: { ...request, type } as HealthCheck, kept };
}

/** The host that is sent, and whether one is only kept: LoadMaster has it for HTTP/1.1 alone. */
function readHost(
  parameters: Parameters,
  group: FieldGroup<(typeof checkNames)[number]>,
  address: string,
): [host: string | null, kept: boolean] {
  const host = group.value('CheckHost');
  const modern = parameters.text('CheckUse1.1') === '' ? undefined : parameters.flag('CheckUse1.1');
  if (modern && host === '') return [isIPv6(address) ? `[${address}]` : address, false];
  const isUsed = modern ?? (group.sent('CheckHost') !== undefined || group.value('CheckUse1.1') === 'Y');
  return isUsed ? [host || null, false] : [null, host !== ''];
}

/** As they are, unless others were sent than are shown: 200 to 399, which our own API has, can't be told in codes. */
function readStatuses(group: FieldGroup<(typeof checkNames)[number]>, before: Pooled): number[] {
  const text = group.value('CheckCodes');
  if ('statuses' in before.healthCheck && text === checkFields(before).CheckCodes) return before.healthCheck.statuses;
  const codes = text.split(/[\s,]+/).filter(code => code !== '');
  if (codes.length === 0) return usualCodes;
  if (codes.every(code => /^[2-5]\d\d$/.test(code))) return [...new Set(codes.map(Number))];
  throw LoadMasterError.invalid('CheckCodes', 'Must be HTTP statuses from 200 to 599, separated by spaces');
}

/** Whether they are told by an empty CheckCodes; those of our own API's default are as well. */
function isUsual(statuses: readonly number[]): boolean {
  return statuses.length === 0 || isDeepStrictEqual(statuses, usualCodes);
}
