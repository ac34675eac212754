import type { Operation } from '@certfleet/contract';
import { UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, memo, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Empty } from './empty.js';
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

/** Of the titles with the frame around the list, which is the last row's line too, in CSS pixels. */
const headHeight = 37;
const rowHeight = 40;

export interface RowsProps<T, O extends Operation> {
  operation: O;
  /** Of the operation's path, such as the name of what the list belongs to. */
  params?: object;
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
  /** Of a row where the screen is narrow, in pixels, if it has several lines there. */
  narrowHeight?: number;
  /** How often the rows in sight are read again, in milliseconds, where time alone changes them. */
  readAgain?: number;
  /** Is told how many rows there are, as far as is known; null: nothing was read yet. */
  onCount?: (count: RowCount | null) => void;
  /** Is told the keys of the rows in sight, and of a few around them. */
  onSight?: (keys: readonly string[]) => void;
}

/** How many rows a list has: exactly, or more than that where its end was not read yet. */
export interface RowCount {
  count: number;
  isExact: boolean;
}

/** A list of any length: rows are read and drawn when they come into sight. */
export function Rows<T, O extends Operation>({
  operation,
  params,
  query,
  columns: all,
  sorting,
  label,
  keyOf,
  empty,
  around = 210,
  narrowHeight = rowHeight,
  following,
  readAgain,
  onCount,
  onSight,
}: RowsProps<T, O>) {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const columns = isNarrow ? all.filter(({ narrow }) => narrow !== undefined) : all;
  const widths = columns.map(({ width, narrow }) => (isNarrow ? narrow : width)).join(' ');
  const height = isNarrow ? narrowHeight : rowHeight;
  const own = useRef<HTMLDivElement>(null);
  const scroller = following?.scroller ?? own;
  const [sight, setSight] = useState<readonly [number, number]>([0, pageSize - 1]);
  const { row, known, isWhole, isLoading, error, retry } = usePagesOf<T, O>(operation, query, sight, {
    isHeld: following?.isHeld,
    readAgain,
    params,
  });
  const isRead = row(0) !== undefined || (isWhole && !isLoading);
  // The last page that is known of is counted before it is read: it has one row at least.
  const count = isWhole ? known : known - pageSize;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when it changes
  useEffect(() => onCount?.(isRead ? { count, isExact: isWhole } : null), [isRead, count, isWhole]);
  const virtual = useVirtualizer({
    count: known,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height when the screen is turned
  useEffect(() => virtual.measure(), [height]);
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => setSight([first, last]), [first, last]);
  const keys = onSight && items.flatMap(({ index }) => [row(index)].filter(read => read !== undefined).map(keyOf));
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when they change
  useEffect(() => keys && onSight?.(keys), [keys?.join(' ')]);
  const identity = JSON.stringify([params, query]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    // Asking the element itself where it is would have the browser lay out everything once more.
    if (virtual.scrollOffset) scroller.current?.scrollTo({ top: 0 });
    following?.onAway(false);
  }, [identity]);
  const failure = error && <ProblemAlert error={error} retry={retry} />;
  if (failure && !isRead) return failure;
  if (isWhole && known === 0 && !isLoading)
    return (
      <>
        {failure}
        <Empty isWhole>{empty}</Empty>
      </>
    );
  return (
    <>
      {failure}
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
        <div role="rowgroup" style={{ height: virtual.getTotalSize() - 1, position: 'relative', overflow: 'clip' }}>
          {items.map(({ index, start }) => {
            const value = row(index);
            const key = value === undefined ? `row ${index}` : keyOf(value);
            return (
              <Row
                key={key}
                value={value}
                index={index}
                start={start}
                height={height}
                columns={columns as Column<unknown>[]}
              />
            );
          })}
        </div>
      </div>
    </>
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
  height: number;
  columns: readonly Column<unknown>[];
}

const Row = memo(
  function Row({ value, index, start, height, columns }: RowProps) {
    return (
      <div
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        style={{
          height,
          position: 'absolute',
          insetInline: 0,
          transform: `translateY(${start}px)`,
        }}
      >
        {columns.map(({ title, cell }) => (
          <div role="cell" key={title}>
            {value === undefined ? <span className="unread" /> : cell(value)}
          </div>
        ))}
      </div>
    );
  },
  (before, after) =>
    before.value === after.value &&
    before.index === after.index &&
    before.start === after.start &&
    before.height === after.height &&
    before.columns.length === after.columns.length &&
    before.columns.every(({ cell }, at) => cell === after.columns[at]?.cell),
);
