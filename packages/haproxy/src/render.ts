import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { LoadBalancer, VirtualService } from './model.js';
import { crtListPath, type InstancePaths } from './paths.js';
import { renderPool, withCookiesApart } from './render-pool.js';
import { type ContentRules, contentRulesByName, renderContentRules } from './render-rules.js';
import { renderBufferSize, renderUnavailable } from './render-unavailable.js';

/** Mozilla's "intermediate" list: TLS 1.2 with forward secrecy, and whatever TLS 1.3 has. */
const TLS12_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const DESCRIPTION = /^ {2}description certfleet-([0-9a-f]{64})$/m;

/**
 * The HAProxy configuration of a load balancer. Pure: the same input gives the same text, on every supported version
 * (2.6 and later; nothing in it is newer, nothing is deprecated up to 3.2).
 *
 * The text carries its own hash as HAProxy's description, which `show info` tells: so what runs can be compared with
 * what is stored. `loadBalancer` must come from `checkLoadBalancer`.
 */
export function renderConfiguration(loadBalancer: LoadBalancer, paths: InstancePaths): string {
  const enabled = loadBalancer.virtualServices.filter(service => service.enabled);
  const rules = contentRulesByName(loadBalancer);
  const buffers = renderBufferSize(
    enabled.flatMap(service => [service, ...service.subVirtualServices].map(({ unavailable }) => unavailable)),
  );
  const rest = [
    ...buffers,
    '',
    ...localPeer(paths),
    ...defaults(),
    ...internal(paths),
    ...enabled.flatMap(service => virtualService(service, rules, paths)),
  ];
  const hash = createHash('sha256')
    .update([...global(paths, ''), ...rest].join('\n'))
    .digest('hex');
  return `${[...global(paths, hash), ...rest].join('\n')}\n`;
}

/** The hash that a rendered configuration carries; undefined for a text that is not ours. */
export function configurationHash(configuration: string): string | undefined {
  return DESCRIPTION.exec(configuration)?.[1];
}

/** The name of a virtual service's frontend. */
export function frontendName(serviceIndex: number): string {
  return `vs${serviceIndex}`;
}

function global(paths: InstancePaths, hash: string): string[] {
  return [
    '# Written by Certfleet: it is replaced whenever a virtual service changes.',
    'global',
    '  master-worker',
    `  description certfleet-${hash}`,
    '  localpeer local',
    // Old workers wait for their last connections, but not for ever: each holds all certificates in memory. A bound on
    // their number (mworker-max-reloads) would end the oldest at once, with the connections that it has.
    '  hard-stop-after 30m',
    // Before 3.0 HAProxy sizes its tables by what it may open, which in containers can be a thousand million.
    '  fd-hard-limit 1048576',
    `  stats socket ${paths.runtimeSocket} mode 600 level admin expose-fd listeners`,
    `  server-state-file ${paths.serverState}`,
    '  log stderr len 4096 format raw daemon notice',
    '  ssl-load-extra-files none',
    '  ssl-default-bind-options ssl-min-ver TLSv1.2',
    `  ssl-default-bind-ciphers ${TLS12_CIPHERS}`,
    '  tune.ssl.default-dh-param 2048',
  ];
}

/** Over this connection to itself the old worker teaches its stick tables to the new one. */
function localPeer(paths: InstancePaths): string[] {
  return ['peers local', `  bind unix@${paths.peerSocket} mode 600`, '  server local', ''];
}

function defaults(): string[] {
  return [
    'defaults',
    '  mode http',
    // Without it a reload closes idle keep-alive connections at once, and a request that is on its way then fails.
    '  option idle-close-on-response',
    '  option redispatch',
    '  option forwardfor',
    '  load-server-state-from-file global',
    '  timeout connect 5s',
    // As long as a LoadMaster's: reports, exports and long polling are silent for minutes. Who sends half a request, or
    // nothing at all, is held by the next two.
    '  timeout client 660s',
    '  timeout server 660s',
    '  timeout http-request 10s',
    '  timeout http-keep-alive 60s',
    '  timeout queue 30s',
    '  timeout client-fin 30s',
    '  timeout tunnel 1h',
    '  timeout check 5s',
    '  default-server inter 5s fall 3 rise 2',
    '',
  ];
}

/** Makes the challenge map exist, and HAProxy start, even without any virtual service. */
function internal(paths: InstancePaths): string[] {
  return [
    'frontend internal',
    `  bind unix@${paths.internalSocket} mode 600`,
    challengeAnswer(paths),
    '  http-request return status 404',
    '',
  ];
}

function virtualService(service: VirtualService, rules: ContentRules, paths: InstancePaths): string[] {
  const alpn = service.http2 ? 'h2,http/1.1' : 'http/1.1';
  const tls = service.type === 'https' ? ` ssl crt-list ${crtListPath(paths, service.index)} alpn ${alpn}` : '';
  const subs = service.subVirtualServices.filter(sub => sub.enabled);
  const frontend = [
    `frontend ${frontendName(service.index)}`,
    `  bind ${socketAddress(service)}${tls}`,
    // First, so that neither a redirect nor a content rule can take a challenge away.
    challengeAnswer(paths),
  ];
  if (service.type === 'redirect') return [...frontend, ...redirect(service), ''];
  const secure = service.type === 'https';
  return [
    ...frontend,
    `  http-request set-header X-Forwarded-Proto ${service.type}`,
    ...renderUnavailable(service.unavailable),
    ...renderContentRules(service, subs, rules),
    '',
    ...withCookiesApart([...(service.realServers.length > 0 ? [service] : []), ...subs]).flatMap(pool =>
      // What the frontend answers holds for backends that have no answer of their own.
      renderPool(pool, pool.index === service.index ? [] : renderUnavailable(pool.unavailable), secure),
    ),
  ];
}

/**
 * http-01 from the runtime map (RFC 8555 §8.3: "The server … body … key authorization", application/octet-stream).
 * A path that isn't in the map goes on to the rules below.
 */
function challengeAnswer(paths: InstancePaths): string {
  const lookup = `path,map(${paths.challengeMap})`;
  return `  http-request return status 200 content-type application/octet-stream lf-string '%[${lookup}]' if { ${lookup} -m found }`;
}

/** The statuses that HAProxy redirects with. */
const REDIRECTS = [301, 302, 303, 307, 308];

/** With the status of `unavailable`, if that is one for redirecting: no real server can ever take a request here. */
function redirect(service: VirtualService): string[] {
  const chosen = REDIRECTS.find(status => status === service.unavailable?.status) ?? 301;
  const port = service.redirectPort === 443 ? '' : `:${service.redirectPort}`;
  return [
    // Also for an empty one: there would be no host to redirect to.
    '  http-request deny deny_status 400 if !{ req.hdr(host),host_only -m len gt 0 }',
    `  http-request redirect code ${chosen} location 'https://%[req.hdr(host),host_only]${port}%[pathq]'`,
  ];
}

/** `192.0.2.1:80` or `[2001:db8::1]:80`; an IPv6 wildcard doesn't take the IPv4 one's place. */
function socketAddress({ address, port }: { address: string; port: number }): string {
  if (isIP(address) === 4) return `${address}:${port}`;
  return `[${address}]:${port} v6only`;
}
