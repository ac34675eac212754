/** Where each kind of thing has its page; `$` is its name. */
const places: Readonly<Record<string, string>> = {
  account: '/accounts/$',
  certificate: '/certificates/$',
  channel: '/settings/channels',
  domain: '/domains',
  intermediate: '/ssl-certificates',
  policy: '/policies/$',
  solver: '/solvers/$',
  token: '/settings/tokens',
  user: '/settings/users',
};

/** The page of what an event is about, `certificate:www`; null: it has none. */
export function placeOf(subject: string): string | null {
  const colon = subject.indexOf(':');
  const [noun, name] = colon === -1 ? [subject, ''] : [subject.slice(0, colon), subject.slice(colon + 1)];
  return places[noun]?.replace('$', encodeURIComponent(name)) ?? null;
}
