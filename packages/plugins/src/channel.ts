import type { NoticeKind, NoticeSeverity } from '@certfleet/contract';
import type { z } from 'zod';
import type { Plugin } from './plugin.js';
import type { Ports } from './ports.js';

/** Something that happened to a certificate and that people are to be told. */
export interface Notice {
  kind: NoticeKind;
  severity: NoticeSeverity;
  /** The certificate's name. */
  certificate: string;
  /** DNS names and IP addresses, the common name first. */
  identifiers: readonly string[];
  /** RFC 3339, as are all moments here: when it happened. */
  at: string;
  /** Of the version that is current; null: there is none. */
  notAfter: string | null;
  /** A sentence or two for people; it may quote what a CA said. */
  message: string;
}

/** All that one message tells. As it is, it is also the JSON that webhooks are sent. */
export interface Digest {
  /** The same for each attempt to deliver it: who gets it twice knows it by this. A UUID. */
  id: string;
  at: string;
  subject: string;
  /** Of the most severe notice. */
  severity: NoticeSeverity;
  /** `2 failures, 40 renewed` */
  summary: string;
  /** Where this Certfleet is found. */
  server: string;
  /** What else the reader should know: that Certfleet is paused, that this is a test. */
  remarks: readonly string[];
  /** The most severe first; at most a few hundred. */
  notices: readonly Notice[];
  /** How many notices there are besides. */
  more: number;
}

/** An e-mail other than a digest. */
export interface Mail {
  /** A UUID, which makes its Message-ID. */
  id: string;
  to: readonly string[];
  subject: string;
  text: string;
  attachments: readonly { fileName: string; mediaType: string; content: string }[];
}

/** One who was refused to get a message. */
export interface Undelivered {
  address: string;
  /** What the other side said. */
  reason: string;
  /** It may take the message later (RFC 5321 §4.2.1: a 4yz reply, such as greylisting). */
  temporary: boolean;
}

/** What became of a message that the other side was asked to take. */
export interface Delivery {
  /** Whether anyone gets it; no: each of its recipients was refused. */
  delivered: boolean;
  /** Who does not. */
  undelivered: readonly Undelivered[];
  /** Why the other side won't have what this message says, although it takes others: a filter, a limit of size. */
  refusal?: string;
}

/** How one message is delivered. */
export interface DeliveryOptions {
  /** Ends the attempt. The other side may have taken the message all the same. */
  signal: AbortSignal;
  /** To these instead of the configured recipients, which takes a plugin that has `mail`. */
  to?: readonly string[] | undefined;
}

/** A sign of life that a monitor waits for. */
export interface Heartbeat<Config> {
  /** How long from one to the next, in milliseconds. */
  every(config: Config): number;
  /** How late work may be, in milliseconds, for it to be sent all the same. */
  patience(config: Config): number;
  /** Sends one. Throws a PluginError, and what `signal` was aborted with. */
  beat(config: Config, signal: AbortSignal): Promise<void>;
}

/**
 * One kind of way to tell people or machines; it has `tell`, or is a `heartbeat`. Retries, digests and what is told of are
 * shared: a plugin delivers one message once, and says what became of it.
 */
export interface ChannelPlugin<Config extends z.ZodObject = z.ZodObject> extends Plugin<Config> {
  /** Refuses a configuration whose fields don't go together. */
  check(config: z.output<Config>, ports: Ports): Promise<void>;
  /**
   * Delivers a digest: on return the other side has taken it, but for those recipients that it refused. Throws a
   * PluginError when it failed for another reason than its recipients, and what `signal` was aborted with. It comes to an
   * end by itself, however slow the other side is.
   */
  tell?: ((config: z.output<Config>, digest: Digest, options: DeliveryOptions) => Promise<Delivery>) | undefined;
  /** Delivers a mail, as `tell` does. Left out: it has nothing to do with mail. */
  mail?: ((config: z.output<Config>, mail: Mail, signal: AbortSignal) => Promise<Delivery>) | undefined;
  heartbeat?: Heartbeat<z.output<Config>> | undefined;
  /** For the reference: which real services it was never run against. */
  neverRunAgainst?: string;
}

/** Declares a channel. */
export function defineChannel<Config extends z.ZodObject>(plugin: ChannelPlugin<Config>): ChannelPlugin<Config> {
  return plugin;
}
