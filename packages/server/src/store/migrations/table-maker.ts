import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Column, Dialect } from './columns.js';

/** What a migration makes tables and their indexes with. */
export interface TableMaker {
  db: Kysely<unknown>;
  dialect: Dialect;
  /** Creates a table with these columns, in this order. `primaryKey`: its columns when it is more than one. */
  table(name: string, columns: Record<string, Column>, primaryKey?: readonly string[]): Promise<void>;
  /** No two rows have the same values in these columns. */
  unique(table: string, name: string, columns: readonly string[]): Promise<void>;
  /** What is due, and what refers to a row, is found by these columns without looking at the rest. */
  index(table: string, name: string, columns: readonly string[]): Promise<void>;
}

/** For one migration of one database. */
export function tableMaker(db: Kysely<unknown>, dialect: Dialect): TableMaker {
  return {
    db,
    dialect,
    async table(name, columns, primaryKey) {
      let table = db.schema.createTable(name);
      for (const [columnName, column] of Object.entries(columns)) {
        table = table.addColumn(columnName, column.type[dialect] as never, builder =>
          describe(builder, column, dialect),
        );
      }
      if (primaryKey) table = table.addPrimaryKeyConstraint(`${name}_primary_key`, primaryKey as never);
      await table.execute();
    },
    unique: (table, name, columns) =>
      db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
        .unique()
        .execute(),
    index: (table, name, columns) =>
      db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
        .execute(),
  };
}

function describe(builder: ColumnDefinitionBuilder, column: Column, dialect: Dialect): ColumnDefinitionBuilder {
  let described = builder;
  if (column.primaryKey) described = described.primaryKey();
  if (!column.nullable) described = described.notNull();
  if (column.generated) {
    described = dialect === 'sqlite' ? described.autoIncrement() : described.generatedByDefaultAsIdentity();
  }
  if (column.references) {
    described = described.references(column.references.target).onDelete(column.references.onDelete);
  }
  return described;
}
