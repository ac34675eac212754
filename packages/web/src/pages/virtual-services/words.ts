import type {
  ContentRule,
  HealthCheck,
  Persistence,
  Scheduling,
  ServicePlace,
  Unavailable,
  VirtualService,
} from '@certfleet/contract';

/** `192.0.2.10:443`, an IPv6 address in brackets. */
export function place({ address, port }: { address: string; port: number }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** The same of a virtual service of which little is known, with what people call it: `192.0.2.7:443, shop`. */
export function placeOf({ name, ...socket }: ServicePlace): string {
  return name === null ? place(socket) : `${place(socket)}, ${name}`;
}

/** What a (sub) virtual service is called where there is one line for it. */
export function titleOf({ index, name }: { index: number; name: string | null }, noun = 'Virtual service'): string {
  return name === null ? `${noun} ${index}` : `${name} (${noun.toLowerCase()} ${index})`;
}

/** Ways to spread requests, with what a LoadMaster calls them in brackets where that differs. */
export const schedulings: Record<Scheduling, string> = {
  'round-robin': 'Round robin',
  'weighted-round-robin': 'Weighted round robin',
  'least-connection': 'Least connection',
  'weighted-least-connection': 'Weighted least connection',
  'source-hash': "By the client's address (source IP hash)",
  'url-hash': 'By the path (URL hash)',
  'fixed-weight': 'The heaviest that is up takes all (fixed weighting)',
};

export const persistences: Record<Persistence['type'], string> = {
  none: 'None',
  source: "By the client's address (source IP address)",
  cookie: "By the load balancer's cookie (active cookie)",
  'server-cookie': "By the application's cookie (server cookie)",
};

export const healthChecks: Record<HealthCheck['type'], string> = {
  none: 'None: nobody looks',
  tcp: 'TCP connection',
  http: 'HTTP request',
  https: 'HTTPS request',
};

export const types: Record<VirtualService['type'], string> = {
  http: 'HTTP',
  https: 'HTTPS',
  redirect: 'Redirect to HTTPS',
};

export function persistenceInWords(persistence: Persistence): string {
  const what = persistences[persistence.type];
  if (persistence.type === 'none') return what;
  const name = persistence.type === 'source' ? '' : ` ${persistence.name}`;
  const timeout = persistence.timeoutSeconds;
  return `${what}${name}, ${timeout === null ? 'until the browser ends' : `for ${timeout} seconds`}`;
}

export function healthCheckInWords(check: HealthCheck): string {
  const what = healthChecks[check.type];
  if (check.type === 'none') return what;
  const port = check.port === null ? '' : `, port ${check.port}`;
  if (check.type === 'tcp') return what + port;
  const host = check.host === null ? '' : `, Host ${check.host}`;
  const statuses = check.statuses.length === 0 ? '200 to 399' : `200 to 299 and ${check.statuses.join(', ')}`;
  return `${what}: ${check.method} ${check.path}${port}${host}; ${statuses} count as up`;
}

/** Of a part, what its virtual service answers; of that, HAProxy's own answer. */
export function unavailableInWords(unavailable: Unavailable | null, noun: 'service' | 'sub'): string {
  if (unavailable === null) return noun === 'sub' ? 'What its virtual service answers' : '503 of HAProxy';
  const { status, redirectUrl, page } = unavailable;
  if (redirectUrl !== null) return `${status}, to ${redirectUrl}`;
  return page === null ? String(status) : `${status} with a page of its own`;
}

/** Which requests a content rule takes, as half a sentence. */
export function ruleInWords(rule: Omit<ContentRule, 'name' | 'usedBy' | 'createdAt'>): string {
  const { field, header, match, pattern, includeHost, includeQuery, negate, ignoreCase, mustFail } = rule;
  const path = `${includeHost ? 'host and path' : 'path'}${includeQuery ? ' with query' : ''}`;
  const what = { url: path, host: 'host', header: `header ${header}` }[field];
  const verb = {
    regex: negate ? 'does not match' : 'matches',
    prefix: negate ? 'does not begin with' : 'begins with',
    suffix: negate ? 'does not end with' : 'ends with',
    equal: negate ? 'is not' : 'is',
  }[match];
  return `${mustFail ? 'refuses ' : ''}those whose ${what} ${verb} ${pattern}${ignoreCase ? ', in any case' : ''}`;
}
