import type { Event } from '@certfleet/contract';

/** What each event may change, whatever it is about: these show something of everything. */
const ofEveryEvent = ['events', 'overview', 'running', 'system'];

/**
 * What else an event of a collection changes: services show their certificates and these them, and are solvers and targets too; and what
 * is deleted with a thing has no event of its own.
 */
const related: Readonly<Record<string, readonly string[]>> = {
  certificates: ['virtual-services', 'targets', 'accounts', 'solvers'],
  accounts: ['certificates'],
  users: ['tokens'],
  // One that is disabled proves nothing.
  'virtual-services': ['certificates', 'domains', 'solvers', 'targets', 'content-rules'],
  'content-rules': ['virtual-services'],
  policies: ['certificates', 'solvers'],
  domains: ['certificates', 'solvers'],
  solvers: ['certificates', 'domains'],
};

/** Events that are about no thing with a name. */
const ofAction: Readonly<Record<string, readonly string[]>> = {
  'loadmaster.changed': ['loadmaster'],
  'system.backup-changed': ['backup'],
};

/** Every single thing of a collection. */
const each = (collection: string) => `${collection}/*`;

/**
 * What an event may have changed: a list (`certificates`), one thing (`certificates/www`), or every single thing of a
 * collection (`certificates/*`). Null: anything.
 */
export function changesOf({ action, subject }: Pick<Event, 'action' | 'subject'>): readonly string[] | null {
  if (action === 'system.restored') return null;
  const [noun = '', name] = splitSubject(subject);
  if (noun === '') return [...ofEveryEvent, ...(ofAction[action] ?? [])];
  const collection = collectionOf(noun);
  return [
    ...ofEveryEvent,
    collection,
    `${collection}/${name}`,
    // There are so many certificates, with so many events, that those of one leave the pages of all others alone.
    ...(collection === 'certificates' ? [] : [each(collection)]),
    ...(related[collection] ?? []).flatMap(other => [other, each(other)]),
  ];
}

/**
 * What a step of a long action may have changed: what is running, and the thing that it is about. Lists and whatever else
 * shows something of that thing hear of it by events, once something of it was stored.
 */
export function changesOfStep(subject: string): readonly string[] {
  const [noun = '', name] = splitSubject(subject);
  return ['running', `${collectionOf(noun)}/${name}`];
}

function collectionOf(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

function splitSubject(subject: string | null): [noun?: string, name?: string] {
  const at = subject?.indexOf(':') ?? -1;
  return subject === null || at < 0 ? [] : [subject.slice(0, at), subject.slice(at + 1)];
}

interface Read {
  /** As `read` of query.ts makes it: the collection, the operation's path, and its input. */
  queryKey: readonly unknown[];
  meta?: { isOutside?: boolean } | undefined;
}

/** Whether what was read may be another now. */
export function isChanged({ queryKey, meta }: Read, changes: ReadonlySet<string>): boolean {
  const [collection, , input] = queryKey as [string, string?, { params?: Record<string, unknown> }?];
  const [name] = Object.values(input?.params ?? {});
  if (name === undefined) return changes.has(collection);
  if (changes.has(`${collection}/${name}`)) return true;
  return !meta?.isOutside && changes.has(each(collection));
}
