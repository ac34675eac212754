import type { Data } from './command.js';
import { LoadMasterError } from './errors.js';
import { flagOf, type Parameters } from './parameters.js';

/*
 * Clients send whole objects back, with the fields that can't be set among them. Such a field is taken as it is shown,
 * in any of the forms that clients give it, and refused by name as anything else.
 */

/** A field that is shown and can't be set where it is shown. */
export interface ShownField {
  name: string;
  /** What changes it, for the message. */
  instead?: string;
  /** The values of a state that changes by itself: any of them says nothing, since it may be what was shown before. */
  reports?: readonly string[];
}

/** Throws 422 for the first of these fields that is sent and says something else than what is shown. */
export function refuseOther(parameters: Parameters, shown: Data, fields: readonly ShownField[]): void {
  for (const { name, instead, reports } of fields) {
    const sent = parameters.sent(name);
    if (sent === undefined) continue;
    const is = shown[name];
    if (reports) {
      const word = parameters.text(name)?.trim().toLowerCase();
      if (word && !reports.some(report => report.toLowerCase() === word)) {
        throw LoadMasterError.invalid(name, `Can't be set, and is never that: it is one of ${reports.join(', ')}`);
      }
    } else if (!isAsShown(typeof sent === 'string' ? spelledAs(is, sent.trim()) : sent, is)) {
      const why = instead ?? `it is ${typeof is === 'object' ? 'something else' : (is ?? 0)}`;
      throw LoadMasterError.invalid(name, `Can't be set${instead ? ' here' : ''}: ${why}`);
    }
  }
}

/** The case of a word does not matter. */
function spelledAs(shown: Data[string], sent: string): string {
  return typeof shown === 'string' && sent.toLowerCase() === shown.toLowerCase() ? shown : sent;
}

/**
 * Whether a value says no more than what is shown: the same in text, numbers or letters; nothing at all; of an object,
 * some of its fields. States are passed over, since they change by themselves.
 */
export function isAsShown(sent: unknown, shown: Data[string]): boolean {
  if (sent === null || sent === '') return true;
  if (shown === undefined) return isNothing(sent);
  if (Array.isArray(shown)) {
    const items: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
    return items.length === shown.length && items.every((item, i) => isAsShown(item, shown[i]));
  }
  if (typeof shown === 'object') {
    if (typeof sent !== 'object' || Array.isArray(sent)) return false;
    const fields = new Map(Object.entries(shown).map(([name, value]) => [name.toLowerCase(), value]));
    return Object.entries(sent).every(
      ([name, value]) => name.toLowerCase() === 'status' || isAsShown(value, fields.get(name.toLowerCase())),
    );
  }
  if (typeof sent === 'object') return false;
  if (typeof shown === 'boolean') return flagOf(String(sent)) === shown;
  return String(sent) === String(shown);
}

function isNothing(sent: unknown): boolean {
  if (typeof sent === 'object') return Object.keys(sent ?? {}).length === 0;
  return flagOf(String(sent)) === false;
}
