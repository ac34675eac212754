import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/**
 * What is known of one thing, a line for each: `[title, value]`. A value that is null has no line. Where there is room, lines
 * stand side by side: the roles are said again for those who hear the page, since a grid would lose them.
 */
export function Facts({ label, facts }: { label: string; facts: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <div className="facts">
      <Table variant="vertical" withTableBorder layout="fixed" aria-label={label} role="table">
        <Table.Tbody role="rowgroup">
          {facts
            .filter(fact => fact !== null)
            .filter(([, value]) => value !== null)
            .map(([title, value]) => (
              <Table.Tr key={title} role="row">
                <Table.Th role="rowheader" w={{ base: 122, xs: 180 }}>
                  {title}
                </Table.Th>
                <Table.Td role="cell" className="breaks">
                  {value}
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
