import type { X509Certificate } from 'node:crypto';
import type { DnsClient } from './dns/client.js';
import type { HttpPorts } from './http-look.js';

/*
 * What plugins need of the server. Its server.ts passes the real ones in; a plugin never reaches for them by itself.
 */

/** Entries of HAProxy's challenge map, on every instance of a load balancer. */
export interface ChallengeEntry {
  token: string;
  keyAuthorization: string;
}

/** A certificate as an HTTPS virtual service holds it. */
export interface InstalledCertificate {
  /** PEM: leaf, intermediates and the private key. */
  pem: string;
  isDefault: boolean;
  /** SNI names that it is served for. */
  names: readonly string[];
  /** Those that are served instead of it where they have a name in common; left out: none, the latest is served. */
  behind?: readonly string[];
}

/** One that a virtual service is to hold. */
export type CertificateToInstall = Omit<InstalledCertificate, 'isDefault'> & {
  /** Left out: it stays the default if it is that. */
  isDefault?: boolean | undefined;
};

/** What one instance answered to a handshake. */
export interface ServedCertificate {
  instance: string;
  serial: string;
  fingerprintSha256: string;
}

/** The load balancers that this server configures. */
export interface LoadBalancerPort {
  /** Throws a PluginError `config` unless there is such a virtual service of one of these types. */
  checkVirtualService(index: number, types: readonly string[]): Promise<void>;
  /** Where a virtual service is reached; an address may be that of all of this machine, `0.0.0.0` or `::`. */
  addressOf(index: number): Promise<{ address: string; port: number; secure: boolean }>;
  /** On return, every instance answers for every entry. */
  presentChallenges(index: number, entries: readonly ChallengeEntry[]): Promise<void>;
  /** On return, no instance does. */
  withdrawChallenges(index: number, tokens: readonly string[]): Promise<void>;
  /** What the virtual service holds under this name; null when nothing. */
  certificate(index: number, name: string): Promise<InstalledCertificate | null>;
  /** On return, every instance holds it, in its files and in its running process. */
  installCertificate(index: number, name: string, certificate: CertificateToInstall): Promise<void>;
  removeCertificate(index: number, name: string): Promise<void>;
  /** The name of the one for clients that ask for a name nobody has; null when that is none of them. */
  defaultCertificate(index: number): Promise<string | null>;
  /**
   * Makes one that the virtual service holds the default instead of the other; does nothing if it holds none of this
   * name, or if a third one is the default by now.
   */
  makeDefaultCertificate(index: number, name: string, insteadOf: string): Promise<void>;
  /** A handshake with every instance, by SNI and for this kind of key. Throws a PluginError `unavailable` on no answer. */
  handshake(index: number, serverName: string | null, keyType: 'ec' | 'rsa'): Promise<ServedCertificate[]>;
}

/** PEM: `certificate` is the chain, leaf first; the key is the leaf's. */
export interface AdminCertificate {
  certificate: string;
  privateKey: string;
}

/** Certfleet's own HTTPS. */
export interface AdminInterfacePort {
  /** Null while it serves the self-signed one of the first start. */
  managedCertificate(): Promise<AdminCertificate | null>;
  /** Served from the next handshake on; open connections go on with theirs. */
  install(certificate: AdminCertificate): Promise<void>;
  /** Back to the self-signed one. */
  remove(): Promise<void>;
  /** The leaf that a client is shown now. */
  handshake(): Promise<X509Certificate>;
}

/** The right to change something outside while nobody else does, in this process or on another server of the store. */
export interface LeasePort {
  /**
   * Runs `work` while holding all of these names, which are waited for in turn. `work` gets a signal that aborts with
   * `signal`, or when a lease was lost because this process was away for longer than it lasts. Throws a PluginError
   * `conflict` when others don't let go for minutes, or when a lease was lost: what was written may be overwritten.
   */
  hold<T>(names: readonly string[], signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** How a program of this machine is run. */
export interface HookCall {
  argv: readonly string[];
  /** Beside PATH, HOME and the like; nothing else of the server's environment is passed on. */
  environment?: Readonly<Record<string, string>>;
  timeoutMs: number;
  signal: AbortSignal;
  /** What no message may hold. */
  secrets: readonly string[];
}

/** How a DNS script of acme.sh is run. */
export interface AcmeShCall extends Omit<HookCall, 'argv'> {
  /** `dns_cf` */
  script: string;
  change: 'add' | 'remove';
  name: string;
  value: string;
}

/** Programs of this machine, as far as certfleet.yaml allows them. What fails is a PluginError. */
export interface HookPort {
  /** Throws a PluginError `config` unless this program may be run. */
  find(program: string): Promise<string>;
  /** Resolves with its standard output once it has ended with 0. Throws `unavailable` when it fails or takes too long. */
  run(program: string, call: HookCall): Promise<string>;
  /**
   * Throws a PluginError `config` unless there is such a DNS script and it reads all of these variables, none of which is
   * acme.sh's own: those name programs and files.
   */
  findAcmeSh(script: string, variables: readonly string[]): Promise<void>;
  /** As `run`, after the same checks as `findAcmeSh`. */
  runAcmeSh(call: AcmeShCall): Promise<string>;
}

/** Everything that plugins may ask of the server. */
export interface Ports {
  loadBalancers: LoadBalancerPort;
  adminInterface: AdminInterfacePort;
  /** Asks the resolvers of `dns.resolvers`, and the name servers of zones. */
  dns: DnsClient;
  /** Where http-01 is looked for. */
  httpPorts: HttpPorts;
  leases: LeasePort;
  hooks: HookPort;
}
