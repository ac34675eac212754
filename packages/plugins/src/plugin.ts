import { z } from 'zod';
import type { Ports } from './ports.js';

/**
 * A plugin is one file: what it is called, what it needs and what it does. Retries, logging, forms, storage and
 * clean-up after a crash are shared; shared code never branches on a plugin's type.
 */
export interface Plugin<Config extends z.ZodObject> {
  /** Its stable name in the store, the API and the CLI. */
  type: string;
  /** For people. */
  title: string;
  /**
   * What it needs. No transforms, since the schema also becomes the form; fields marked by {@link secret} are sealed.
   */
  config: Config;
  /** The page of the documentation that shows how to use it: `docs/guides/dns.md`. */
  guide?: string;
}

/** Marks a field of a plugin's configuration: encrypted at rest, never shown again. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), secret: true });
}

/** Marks a field that few need, which forms show on demand: `z.string().meta(advanced)`. */
export const advanced = { advanced: true } as const;

/** Marks a text of several lines, such as PEM. */
export const multiline = { multiline: true } as const;

/** Names of the fields of a configuration that are secret. */
export function secretFields(config: z.ZodObject): string[] {
  return Object.entries(config.shape)
    .filter(([, field]) => (field as z.ZodType).meta()?.secret === true)
    .map(([name]) => name);
}

/** Why a plugin could not do its work; the engine decides from it whether to try again. */
export type PluginErrorReason =
  | 'credentials'
  | 'config'
  | 'rateLimited'
  | 'unavailable'
  | 'conflict'
  | 'verificationFailed';

/** A plugin's failure. The message says what was tried, what came back and what to do. */
export class PluginError extends Error {
  override name = 'PluginError';
  readonly reason: PluginErrorReason;
  /** How long the other side asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(reason: PluginErrorReason, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export type ChallengeType = 'http-01' | 'dns-01' | 'tls-alpn-01';

/**
 * What a CA is to find. It is stored before anything is presented, and is all that clean-up gets, also after a restart.
 */
export interface Presentation {
  type: ChallengeType;
  /** The identifier that is proved: a DNS name without `*.`, or an IP address. */
  identifier: string;
  /** RFC 8555 §8.1. */
  token: string;
  /** The key authorization for http-01 and tls-alpn-01, the TXT value for dns-01. */
  value: string;
  /** What the solver's {@link SolverPlugin.locate} returned for it; null: it has none, or nothing was presented yet. */
  place: string | null;
}

/**
 * Whether CAs can see what is presented. `reason` is for people: where it can't be seen and what is there instead.
 * `patience`: how many milliseconds after presenting to give it up. `settle`: how many milliseconds after presenting CAs
 * can be told to look, though it was seen from here before; left out: at once.
 */
export type Look = { seen: true; settle?: number } | { seen: false; reason: string; patience: number };

/** Whether what a person was to present is there, and in words: where, or what is there instead. */
export interface Finding {
  seen: boolean;
  message: string;
}

/** What a trial of a solver found, none of which is a failure: those are thrown. */
export interface SolverFindings {
  /** The zones that its credentials see; null where nobody can tell. */
  zones: readonly string[] | null;
  /** Where the challenge of the name that was asked about would be written; null when none was, or for http-01. */
  record: { name: string; zone: string; nameServers: readonly string[] } | null;
}

/** Where a solver answers. `secure`: by HTTPS, to which CAs get by a redirect. */
export interface SolverAddress {
  address: string;
  port: number;
  secure: boolean;
}

/** One configured way to present challenges. Everything ends early, by throwing, when its `signal` aborts. */
export interface SolverPlugin<Config extends z.ZodObject = z.ZodObject> extends Plugin<Config> {
  /** In order of preference. */
  challengeTypes: readonly [ChallengeType, ...ChallengeType[]];
  /** Of `challengeTypes` those of this configuration, in its order of preference. Left out: all. */
  typesOf?: ((config: z.output<Config>) => readonly ChallengeType[]) | undefined;
  /** Refuses a configuration that can't work here, such as one that names a virtual service that doesn't exist. */
  check(config: z.output<Config>, ports: Ports): Promise<void>;
  /**
   * Finds out where each of `presentations` belongs, without presenting it. The answers, in the same order, are stored
   * before anything is presented and are their `place` from then on, so that clean-up looks where they were really put,
   * whatever the outside says by then. Left out: the configuration says it all.
   */
  locate?: ((...work: SolverWork<Config>) => Promise<string[]>) | undefined;
  /** Presents all of them: every CA that looks will find them, once {@link look} has seen them. Twice does no harm. */
  present(...work: SolverWork<Config>): Promise<void>;
  /**
   * Whether all of them can be seen by now. Asked again until they are, of solvers whose presentations outlive this
   * process. Left out: as soon as `present` has returned.
   */
  look?: ((...work: SolverWork<Config>) => Promise<Look>) | undefined;
  /**
   * Of solvers by which people present, who are waited for as long as the CA has the order: looks where each of
   * `presentations` belongs, as CAs do, and answers in the same order. Left out: this server presents by itself.
   */
  inspect?: ((...work: SolverWork<Config>) => Promise<Finding[]>) | undefined;
  /** For the reference: which parts were never run against the real service. Left out: all were. */
  neverRunAgainst?: string;
  /** What is presented outlives this process: another one that goes on with the order doesn't present it again. */
  outlivesProcess?: boolean;
  /** Afterwards none of them is found. Cleaning up what isn't there does no harm. */
  cleanUp(...work: SolverWork<Config>): Promise<void>;
  /**
   * Where it answers CAs that ask for http-01. Only for solvers that answer by themselves as soon as `present` has
   * returned. An address may be that of all of this machine, `0.0.0.0` or `::`.
   */
  answersAt?: ((config: z.output<Config>, ports: Ports) => Promise<SolverAddress>) | undefined;
  /** Tries whether it works, changing nothing; `identifier`: for this name. Left out: {@link check} is the trial. */
  test?:
    | ((
        config: z.output<Config>,
        identifier: string | null,
        ports: Ports,
        signal: AbortSignal,
      ) => Promise<SolverFindings>)
    | undefined;
}

/** What a solver is given to work on. */
type SolverWork<Config extends z.ZodObject> = [
  config: z.output<Config>,
  presentations: readonly Presentation[],
  ports: Ports,
  signal: AbortSignal,
];

/** What is installed on a target. */
export interface CertificateBundle {
  /** The certificate's name: file names on the target may be made of it. */
  name: string;
  /** PEM, leaf first. */
  chain: string;
  /** PKCS#8 PEM. */
  privateKey: string;
  /** DNS names and IP addresses of the leaf. */
  identifiers: readonly string[];
  /** Served to clients whose SNI matches nothing. */
  isDefault: boolean;
}

/** A certificate as far as clients get to see it: without its key. */
export type ShownCertificate = Omit<CertificateBundle, 'privateKey'>;

/** What a target serves, read from where its clients would. */
export type ReadBack =
  | { outcome: 'served'; serial: string; fingerprintSha256: string }
  /** Nothing answered: a firewall, or a service that is switched off. */
  | { outcome: 'no-answer'; reason: string };

/** One kind of place to deploy to. What `capture` returns is JSON and is stored before anything is touched. */
export interface TargetPlugin<Config extends z.ZodObject = z.ZodObject, Captured = unknown> extends Plugin<Config> {
  check(config: z.output<Config>, ports: Ports): Promise<void>;
  /** Refuses a certificate that could be installed, but that no client would ever get to see. */
  checkCertificate?(certificate: Pick<CertificateBundle, 'identifiers' | 'isDefault'>): void;
  /** What is there now under this certificate's name; null when nothing is. */
  capture(config: z.output<Config>, bundle: CertificateBundle, ports: Ports): Promise<Captured | null>;
  /** Atomic: afterwards the target serves the bundle, or an error is thrown and it serves what it did. */
  install(config: z.output<Config>, bundle: CertificateBundle, ports: Ports): Promise<void>;
  /** What is really served for the bundle's names. */
  readBack(config: z.output<Config>, bundle: ShownCertificate, ports: Ports): Promise<ReadBack>;
  /** Back to what was captured; null takes the certificate away. */
  restore(config: z.output<Config>, captured: Captured | null, bundle: CertificateBundle, ports: Ports): Promise<void>;
  /**
   * Takes the certificate off the target; taking off what isn't there does no harm. `otherDefaults` are or were
   * the default there, the latest first: the first one that the target holds takes its place as the default.
   */
  remove(config: z.output<Config>, name: string, otherDefaults: readonly string[], ports: Ports): Promise<void>;
}

/** Declares a solver; from this one definition come type, validation, API schema, form and documentation. */
export function defineSolver<Config extends z.ZodObject>(plugin: SolverPlugin<Config>): SolverPlugin<Config> {
  return plugin;
}

/** Declares a target. */
export function defineTarget<Config extends z.ZodObject, Captured>(
  plugin: TargetPlugin<Config, Captured>,
): TargetPlugin<Config, Captured> {
  return plugin;
}

/** By the shape of a plugin's configuration: making a schema takes longer than using it. */
const strictSchemas = new WeakMap<z.ZodObject, z.ZodObject>();

/** Parses a configuration; unknown fields are refused, so that a misspelt one is not silently ignored. */
export function parseConfig<Config extends z.ZodObject>(plugin: Plugin<Config>, input: unknown): z.output<Config> {
  const strict = strictSchemas.get(plugin.config) ?? z.strictObject(plugin.config.shape);
  strictSchemas.set(plugin.config, strict);
  return strict.parse(input) as z.output<Config>;
}
