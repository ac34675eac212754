import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Empty } from './empty.js';

export interface FewColumn<T> {
  title: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand below each other. */
  isNumber?: boolean;
  /** The first one says by itself what it is, unless this is set: on a narrow screen it heads its block without a title. */
  needsTitle?: boolean;
  /** Short words, which stay on one line. */
  isShort?: boolean;
}

interface FewProps<T> {
  /** What the table has, for those who hear the page. */
  label: string;
  rows: readonly T[];
  columns: readonly FewColumn<T>[];
  keyOf: (row: T) => string;
  /** Instead of a table without rows. */
  empty: ReactNode;
}

/**
 * A table of a few rows, all of which are drawn; for lists without an end there is `Rows`. On a narrow screen each row
 * becomes a block with a line for each column.
 */
export function Few<T>({ label, rows, columns, keyOf, empty }: FewProps<T>) {
  if (rows.length === 0) return empty ? <Empty>{empty}</Empty> : null;
  return (
    // The roles are said again, since blocks instead of a table's lines would lose them on a narrow screen.
    <Table withTableBorder className="few" aria-label={label} role="table">
      <Table.Thead role="rowgroup">
        <Table.Tr role="row">
          {columns.map(({ title, isNumber }) => (
            <Table.Th key={title} role="columnheader" {...(isNumber ? { ta: 'right' } : {})}>
              {title}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody role="rowgroup">
        {rows.map(row => (
          <Table.Tr key={keyOf(row)} role="row">
            {columns.map(({ title, cell, isNumber, isShort, needsTitle }, index) => (
              <Table.Td
                key={title}
                role="cell"
                data-title={title}
                className={`${isNumber ? 'number ' : ''}${isShort ? 'short' : 'breaks'}${index === 0 && !needsTitle ? ' lead' : ''}`}
              >
                <div>{cell(row)}</div>
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
