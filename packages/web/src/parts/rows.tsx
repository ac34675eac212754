import type { Operation } from '@certfleet/contract';
import { Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { pageSize, usePagesOf } from './pages-of.js';
import { ProblemAlert } from './problem-alert.js';

export interface Column<T> {
  title: string;
  /** As in `grid-template-columns`. */
  width: string;
  /** Its width where the screen is narrow, on which columns without one are left out. */
  narrow?: string;
  cell: (row: T) => ReactNode;
}

const rowHeight = 40;

interface RowsProps<T, O extends Operation> {
  operation: O;
  /** What the list is asked for; another one begins at the top. */
  query: object;
  columns: readonly Column<T>[];
  /** What the list has, for people and for those who hear the page. */
  label: string;
  keyOf: (row: T) => string;
  empty: ReactNode;
}

/** A list of any length: rows are read and drawn when they come into sight. */
export function Rows<T, O extends Operation>({ operation, query, columns: all, label, keyOf, empty }: RowsProps<T, O>) {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const columns = isNarrow
    ? all.flatMap(({ narrow, ...column }) => (narrow ? [{ ...column, width: narrow }] : []))
    : all;
  const scroller = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<readonly [number, number]>([0, pageSize - 1]);
  const { row, known, isWhole, isLoading, error, retry } = usePagesOf<T, O>(operation, query, sight);
  const virtual = useVirtualizer({
    count: known,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => setSight([first, last]), [first, last]);
  const identity = JSON.stringify(query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => scroller.current?.scrollTo({ top: 0 }), [identity]);
  if (error) return <ProblemAlert error={error} retry={retry} />;
  if (isWhole && known === 0 && !isLoading) return empty;
  const gridTemplateColumns = columns.map(({ width }) => width).join(' ');
  return (
    <div
      ref={scroller}
      className="rows"
      role="table"
      aria-label={label}
      aria-rowcount={isWhole ? known + 1 : -1}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      style={{ height: 'calc(100vh - 210px)', minHeight: 300 }}
    >
      <div role="rowgroup">
        <div role="row" className="head" style={{ gridTemplateColumns }}>
          {columns.map(({ title }) => (
            <div role="columnheader" key={title}>
              {title}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start }) => {
          const value = row(index);
          return (
            <div
              role="row"
              tabIndex={-1}
              key={value === undefined ? `row ${index}` : keyOf(value)}
              aria-rowindex={index + 2}
              style={{
                gridTemplateColumns,
                height: rowHeight,
                position: 'absolute',
                insetInline: 0,
                transform: `translateY(${start}px)`,
              }}
            >
              {columns.map(({ title, cell }) => (
                <div role="cell" key={title}>
                  {value === undefined ? <Skeleton height={12} /> : cell(value)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
