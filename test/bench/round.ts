/** What the programs that are measured and the benchmark that starts them say to each other. */

/** What a client needs to obtain certificates from the bench's CA. */
export interface ClientConfig {
  directoryUrl: string;
  /** PEM of the root of the CA's own HTTPS. */
  caPem: string;
  /** PKCS#8 PEM of the account's key, whose thumbprint the stateless responder knows. */
  accountKeyPem: string;
  /** Where the CA asks for http-01. */
  httpPort: number;
  /** Who answers there: nobody has to be told (stateless), or an HAProxy of the client's own. */
  answeredBy: 'stateless-responder' | 'own-haproxy';
}

/** Certificates under way at once, in every client. */
export const concurrency = 8;

/** What one round of a client came to. */
export interface Round {
  certificates: number;
  seconds: number;
  /** User and system time of the client's process. */
  cpuMs: number;
  /** HTTP requests that the client sent, and how many of them were HEAD. */
  requests: number;
  heads: number;
  /** TCP connections that it opened to the CA since it was started: warm, none come on top. */
  connections: number;
}

export type ToClient = { configure: ClientConfig } | { issue: number; prefix: string };
export type FromClient = { ready: true } | { round: Round } | { failed: string };
