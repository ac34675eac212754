import type { Operation } from '@certfleet/contract';
import { Skeleton, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, memo, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { pageSize, usePagesOf } from './pages-of.js';
import { ProblemAlert } from './problem-alert.js';

export interface Column<T> {
  title: string;
  /** At the head, instead of the title. */
  head?: ReactNode;
  /** As in `grid-template-columns`. */
  width: string;
  /** Its width where the screen is narrow, on which columns without one are left out. */
  narrow?: string;
  /** What the list is asked to be sorted by when the title is chosen; downwards with `-` before it. */
  sortBy?: string;
  cell: (row: T) => ReactNode;
}

export interface Sorting {
  /** `name`, or `-name` downwards. */
  by: string;
  change: (by: string) => void;
}

/** How a list whose newest rows come first is followed. */
export interface Following {
  /** What is shown stands still: new rows wait, so that those in sight don't move. */
  isHeld: boolean;
  /** Whether the list is scrolled away from its top. */
  onAway: (isAway: boolean) => void;
  /** What scrolls. */
  scroller: RefObject<HTMLDivElement | null>;
}

/** Of the titles with the frame around the list, in CSS pixels. */
const headHeight = 40;
const rowHeight = 40;

interface RowsProps<T, O extends Operation> {
  operation: O;
  /** What the list is asked for; another one begins at the top. */
  query: object;
  /** The same array as long as the columns are the same: then rows that have not changed are not drawn again. */
  columns: readonly Column<T>[];
  /** How the list is sorted, where titles can be chosen. */
  sorting?: Sorting;
  /** What the list has, for people and for those who hear the page. */
  label: string;
  keyOf: (row: T) => string;
  empty: ReactNode;
  /** What is above and below on a wide screen, in pixels: the rest of the window's height is for the rows. */
  around?: number;
  following?: Following;
}

/** A list of any length: rows are read and drawn when they come into sight. */
export function Rows<T, O extends Operation>({
  operation,
  query,
  columns: all,
  sorting,
  label,
  keyOf,
  empty,
  around = 210,
  following,
}: RowsProps<T, O>) {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const columns = isNarrow ? all.filter(({ narrow }) => narrow !== undefined) : all;
  const widths = columns.map(({ width, narrow }) => (isNarrow ? narrow : width)).join(' ');
  const own = useRef<HTMLDivElement>(null);
  const scroller = following?.scroller ?? own;
  const [sight, setSight] = useState<readonly [number, number]>([0, pageSize - 1]);
  const { row, known, isWhole, isLoading, error, retry } = usePagesOf<T, O>(operation, query, sight, following?.isHeld);
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
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    following?.onAway(false);
  }, [identity]);
  if (error) return <ProblemAlert error={error} retry={retry} />;
  if (isWhole && known === 0 && !isLoading) return empty;
  return (
    <div
      ref={scroller}
      className="rows"
      role="table"
      aria-label={label}
      aria-rowcount={isWhole ? known + 1 : -1}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      onScroll={({ currentTarget }) => following?.onAway(currentTarget.scrollTop > rowHeight)}
      // As high as its rows, or as the screen leaves room for.
      style={
        {
          '--columns': widths,
          height: virtual.getTotalSize() + headHeight,
          maxHeight: `max(300px, calc(100vh - ${around}px))`,
        } as CSSProperties
      }
    >
      <div role="rowgroup">
        <div role="row" className="head">
          {columns.map(column => (
            <Heading key={column.title} column={column} sorting={sorting} />
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start }) => {
          const value = row(index);
          const key = value === undefined ? `row ${index}` : keyOf(value);
          return <Row key={key} value={value} index={index} start={start} columns={columns as Column<unknown>[]} />;
        })}
      </div>
    </div>
  );
}

/** `name` after `-name`, and the other way round: the first time a title is chosen, upwards. */
export function nextSort(present: string, sortBy: string): string {
  return present === sortBy ? `-${sortBy}` : sortBy;
}

function Heading<T>({ column, sorting }: { column: Column<T>; sorting: Sorting | undefined }) {
  const { title, head, sortBy } = column;
  if (sortBy === undefined || !sorting) return <div role="columnheader">{head ?? title}</div>;
  const direction = { [sortBy]: 'ascending', [`-${sortBy}`]: 'descending' }[sorting.by];
  const sign = { ascending: ' ▲', descending: ' ▼' }[direction ?? ''];
  return (
    <div role="columnheader" aria-sort={(direction ?? 'none') as 'none'}>
      <UnstyledButton fw={600} fz="inherit" onClick={() => sorting.change(nextSort(sorting.by, sortBy))}>
        {title}
        <span aria-hidden>{sign}</span>
      </UnstyledButton>
    </div>
  );
}

interface RowProps {
  value: unknown;
  index: number;
  start: number;
  columns: readonly Column<unknown>[];
}

const Row = memo(
  function Row({ value, index, start, columns }: RowProps) {
    return (
      <div
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        style={{
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
  },
  (before, after) =>
    before.value === after.value &&
    before.index === after.index &&
    before.start === after.start &&
    before.columns.length === after.columns.length &&
    before.columns.every(({ cell }, at) => cell === after.columns[at]?.cell),
);
