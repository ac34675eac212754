/** Where each kind of thing has its page; `$` is its name. */
const places: Readonly<Record<string, string>> = {
  account: '/accounts/$',
  certificate: '/certificates/$',
  channel: '/settings/channels/$',
  'content-rule': '/virtual-services/content-rules',
  domain: '/domains',
  intermediate: '/ssl-certificates/intermediates',
  policy: '/policies/$',
  solver: '/solvers/$',
  token: '/settings/tokens',
  user: '/settings/users',
  'virtual-service': '/virtual-services/$',
};

/** The page of what an event is about, `certificate:www`; null: it has none. */
export function placeOf(subject: string): string | null {
  const colon = subject.indexOf(':');
  const [noun, name] = colon === -1 ? [subject, ''] : [subject.slice(0, colon), subject.slice(colon + 1)];
  return places[noun]?.replace('$', encodeURIComponent(name)) ?? null;
}
