/*
 * What the columns of both databases have in common: ids are UUID v7 text, instants are epoch milliseconds (bigint,
 * read back as number), booleans are 0 or 1, JSON is text. `sealed` columns hold ciphertext of store/secrets.ts, bound
 * to the row's id and the column.
 */

/** Epoch milliseconds. */
export type Instant = number;
/** 0 or 1: SQLite has no booleans. */
export type Flag = 0 | 1;
declare const sealed: unique symbol;
/** Ciphertext of a secret: `<data key id>.<base64url of nonce, ciphertext and tag>`. Only store/secrets.ts makes it. */
export type Sealed = string & { readonly [sealed]: true };
/** JSON text. */
export type Json = string;
