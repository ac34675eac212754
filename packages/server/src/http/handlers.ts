import type { operations } from '@certfleet/contract';
import type { z } from 'zod';
import type { Actor } from './actor.js';
import type { Download, Upload } from './files.js';

type Operations = typeof operations;

type Parsed<O, Part extends string> =
  O extends Record<Part, infer S extends z.ZodType> ? { [P in Part]: z.output<S> } : unknown;

/**
 * What a handler is given: those of `params`, `query`, `headers` and `body` that the operation has, checked and with
 * defaults.
 */
export type HandlerInput<O> = Parsed<O, 'params'> &
  Parsed<O, 'query'> &
  Parsed<O, 'headers'> &
  Parsed<O, 'body'> &
  (O extends { upload: true } ? { upload: Upload } : unknown);

/** What a handler answers: what the operation's reply schema takes, a file, or nothing. */
export type HandlerReply<O> = O extends { download: true }
  ? Promise<Download>
  : O extends { reply: infer S extends z.ZodType }
    ? Promise<z.input<S>>
    : Promise<void>;

/** An operation that anyone may call has no actor. */
export type HandlerActor<O> = O extends { role: 'anyone' } ? null : Actor;

/** What belongs to the HTTP exchange and not to the operation. Only signing in and out needs it. */
export interface Exchange {
  /** The client's address, for limiting attempts. */
  readonly address: string;
  /** The session that the request was signed in with; null: with a token or a password, or not at all. */
  readonly session: { id: string; csrfToken: string } | null;
  /** Sets the session cookie, which the browser keeps for `maxAge` seconds; null removes it. */
  setSessionCookie(cookie: { value: string; maxAge: number } | null): void;
}

/** Does what one operation promises. Throws a DomainError when it can't; anything else that it throws is a defect. */
export type Handler<O> = (input: HandlerInput<O>, actor: HandlerActor<O>, exchange: Exchange) => HandlerReply<O>;

/** A handler for each operation of the contract's table: the compiler names those that are missing. */
export type Handlers = {
  [Noun in keyof Operations]: { [Verb in keyof Operations[Noun]]: Handler<Operations[Noun][Verb]> };
};

/** The nouns whose handlers live in this folder; they know of sign-in, not of certificates. */
export type AccessNoun = 'session' | 'user' | 'token' | 'event';

/** The handlers that the engine brings: all other nouns. */
export type EngineHandlers = Omit<Handlers, AccessNoun>;
