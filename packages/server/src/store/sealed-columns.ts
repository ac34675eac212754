import type { Database, Sealed } from './schema/index.js';

/** `table.column` of each column whose type in schema/ is Sealed. */
type SealedColumnName = {
  [T in keyof Database & string]: {
    [C in keyof Database[T] & string]: [Exclude<Database[T][C], null>] extends [Sealed] ? `${T}.${C}` : never;
  }[keyof Database[T] & string];
}[keyof Database & string];

/** All columns that hold secrets, each in a table with an `id`. The compiler refuses a list that isn't that of schema/. */
const columns: Record<SealedColumnName, true> = {
  'key.private_key': true,
  'solver.secrets': true,
  'target.secrets': true,
  'channel.secrets': true,
  'deployment.captured': true,
  'secret_setting.value': true,
  'certificate.keystore_password': true,
};

/** A place for a secret: ciphertext is bound to it and opens nowhere else. */
export type SealedTable = SealedColumnName extends `${infer T}.${string}` ? T & keyof Database : never;

/** Where a secret is kept: bound to the row's own id, not to anything that a restore would change. */
export interface SealedPlace {
  table: SealedTable;
  column: string;
  id: string;
}

/** Table and column of everything that is sealed: what a rotation has to go through. */
export const sealedColumns = Object.keys(columns).map(name => {
  const [table, column] = name.split('.') as [SealedTable, string];
  return { table, column };
});
