import { Persistence } from '@certfleet/contract';
import type { PoolSettings, Properties } from '../../store/virtual-services.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { FieldGroup, type GroupSetting, keptText, translated, wordFor } from './group.js';

/** LoadMaster's words for the ways to keep a client on a real server. */
export const persistenceWords = {
  none: 'none',
  src: 'source',
  cookie: 'server-cookie',
  'active-cookie': 'cookie',
} as const;

/** What LoadMaster calls it. */
export const persistenceNames = ['Persist', 'PersistTimeout', 'Cookie'] as const;

/** What LoadMaster takes for it while nobody says anything else, in seconds. */
const usualTimeout = 360;

/** How persistence is shown; the timeout is 0 without one. */
export function persistenceFields({
  persistence,
  properties,
}: Pooled): Record<(typeof persistenceNames)[number], string> {
  const timeout =
    persistence.type === 'none' ? keptText(properties, 'PersistTimeout') : String(persistence.timeoutSeconds ?? 0);
  return {
    Persist: wordFor<Persistence['type']>(persistenceWords, persistence.type),
    PersistTimeout: timeout ?? '0',
    Cookie: ('name' in persistence ? persistence.name : keptText(properties, 'Cookie')) ?? '',
  };
}

type Pooled = Pick<PoolSettings, 'persistence'> & { properties: Properties };

/** What was sent of it, on top of what there is; undefined: nothing. Throws 422. */
export function readPersistence(parameters: Parameters, before: Pooled): GroupSetting<Persistence> | undefined {
  const group = new FieldGroup(persistenceNames, parameters, persistenceFields(before));
  if (!group.isSent) return undefined;
  const type = translated('Persist', group.value('Persist') || 'none', persistenceWords);
  const seconds = group.integer('PersistTimeout', { min: 1, max: 604_800 });
  if (type === 'none') return { setting: { type }, kept: group.kept(['PersistTimeout', 'Cookie']) };
  if (group.sent('PersistTimeout') === '0' && type !== 'cookie') {
    throw LoadMasterError.invalid('PersistTimeout', 'Must be a whole number of seconds from 1 to 604800');
  }
  const name = group.value('Cookie');
  if (type !== 'source' && name === '') throw LoadMasterError.missing('Cookie');
  // A cookie of its own with a timeout of 0 is the browser's session; one that is stays one.
  const wasSession = before.persistence.type === 'cookie' && before.persistence.timeoutSeconds === null;
  const isSession = type === 'cookie' && (group.sent('PersistTimeout') ?? (wasSession ? '0' : '')) === '0';
  const timeoutSeconds = isSession ? null : seconds || usualTimeout;
  const value = type === 'source' ? { type, timeoutSeconds } : { type, name, timeoutSeconds };
  const setting = group.checked(Persistence, value, { name: 'Cookie', timeoutSeconds: 'PersistTimeout' });
  return { setting, kept: group.kept(type === 'source' ? ['Cookie'] : []) };
}
