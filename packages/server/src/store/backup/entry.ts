import type { Row, Table } from './places.js';

/** Which of the things in a file are wanted. `third`: imported. `vs`: what virtual services serve. */
export type Tag = 'base' | 'vs' | 'full' | 'third' | 'certificates-of-vs';

/** One thing of a backup, with the rows that belong to it: a line of JSON. Secrets are in it as they are. */
export interface Entry {
  table: Table;
  /** What it is restored by; none: it is only named, so that others can refer to it. */
  tags: Tag[];
  row: Row;
  /** Rows of the table `key` that these rows refer to. */
  keys: Row[];
  belongings: { table: Table; row: Row }[];
}
