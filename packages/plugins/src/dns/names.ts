/*
 * DNS names as they are written here: in lower case, without the dot at the end.
 */

/** A name as it is written here, however it came. */
export function plainName(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}

/** The name above; null above a name of one label. */
export function parentOf(name: string): string | null {
  const dot = name.indexOf('.');
  return dot < 0 ? null : name.slice(dot + 1);
}

/** Whether a name is the zone's apex or below it. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/**
 * The names that may be the apex of the zone that holds this one, the longest first: itself, then what is above it.
 * Nobody has an account for a top-level domain, so that is none of them.
 */
export function zoneCandidates(name: string): string[] {
  const above = parentOf(name);
  return above?.includes('.') ? [name, ...zoneCandidates(above)] : [name];
}

/** A name within a zone as most APIs want it: without the zone, `@` for the apex. Throws if it is not within. */
export function relativeName(name: string, zone: string): string {
  if (name === zone) return '@';
  if (!isWithin(name, zone)) throw new Error(`${name} is not in the zone ${zone}.`);
  return name.slice(0, -zone.length - 1);
}
