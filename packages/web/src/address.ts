/*
 * What follows the ? of an address, as forms of web pages send it. The router would take the texts 123 and true for a
 * number and a truth value, which a filter's schema then refuses: the list would be shown without it.
 */

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** `undefined` stands for what is not there. */
export function stringifySearch(search: Record<string, unknown>): string {
  const set = Object.entries(search).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(set.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
