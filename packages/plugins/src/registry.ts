import type { ChannelPlugin } from './channel.js';
import { heartbeatChannel } from './channels/heartbeat.js';
import { smtpChannel } from './channels/smtp.js';
import { webhookChannel } from './channels/webhook.js';
import { acmeDnsProvider } from './dns/acme-dns.js';
import { acmeShProvider } from './dns/acme-sh.js';
import { azureProvider } from './dns/azure.js';
import { cloudflareProvider } from './dns/cloudflare.js';
import { clouDnsProvider } from './dns/cloudns.js';
import { execHookProvider } from './dns/exec-hook.js';
import { goDaddyProvider } from './dns/godaddy.js';
import { httpHookProvider } from './dns/http-hook.js';
import type { DnsProvider } from './dns/provider.js';
import { rfc2136Provider } from './dns/rfc2136.js';
import { route53Provider } from './dns/route53.js';
import { dnsSolver } from './dns/solver.js';
import type { SolverPlugin, TargetPlugin } from './plugin.js';
import { manualSolver } from './solvers/manual.js';
import { standaloneSolver } from './solvers/standalone.js';
import { virtualServiceSolver } from './solvers/virtual-service.js';
import { adminInterfaceTarget } from './targets/admin-interface.js';
import { virtualServiceTarget } from './targets/virtual-service.js';

/** Every DNS provider, each of which is a solver as well: people call one that is configured a DNS account. */
export const dnsProviders: readonly DnsProvider[] = [
  rfc2136Provider,
  cloudflareProvider,
  route53Provider,
  azureProvider,
  goDaddyProvider,
  clouDnsProvider,
  acmeDnsProvider,
  httpHookProvider,
  execHookProvider,
  acmeShProvider,
];

/** Every solver. A new one is one file, one test and one line here, or above. */
export const solvers: readonly SolverPlugin[] = [
  virtualServiceSolver,
  standaloneSolver,
  manualSolver,
  ...dnsProviders.map(dnsSolver),
];

/** Every target. */
export const targets: readonly TargetPlugin[] = [virtualServiceTarget, adminInterfaceTarget];

/** Every channel. */
export const channels: readonly ChannelPlugin[] = [smtpChannel, webhookChannel, heartbeatChannel];
