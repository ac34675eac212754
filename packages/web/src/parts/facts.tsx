import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is known of one thing, a line for each: `[title, value]`. A value that is null has no line. */
export function Facts({ label, facts }: { label: string; facts: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <Table variant="vertical" withTableBorder layout="fixed" aria-label={label}>
      <Table.Tbody>
        {facts
          .filter(fact => fact !== null)
          .filter(([, value]) => value !== null)
          .map(([title, value]) => (
            <Table.Tr key={title}>
              <Table.Th w={{ base: 122, xs: 180 }}>{title}</Table.Th>
              <Table.Td className="breaks">{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}
