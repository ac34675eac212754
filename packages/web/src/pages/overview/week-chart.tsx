import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { dayOf, series, type Week } from './week-sums.js';

const height = 180;

/** Two bars for each week. It is a picture only: who can't see it has the table below it. */
export function WeekChart({ weeks, onPoint }: { weeks: readonly Week[]; onPoint: (week: number | null) => void }) {
  const { ref, width } = useElementSize();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const figures = JSON.stringify(weeks);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again with other figures, in other colours or wider
  useEffect(() => {
    if (width === 0 || !place.current) return;
    const chart = new uPlot(options(weeks, width, onPoint), dataOf(weeks), place.current);
    return () => chart.destroy();
  }, [figures, scheme, width]);
  return (
    <div ref={ref} aria-hidden style={{ height }}>
      <div ref={place} />
    </div>
  );
}

function dataOf(weeks: readonly Week[]): uPlot.AlignedData {
  return [weeks.map((_, index) => index), ...series.map(({ key }) => weeks.map(week => week[key]))];
}

function options(weeks: readonly Week[], width: number, onPoint: (week: number | null) => void): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const color = (name: string) => styles.getPropertyValue(name).trim();
  const font = '12px system-ui, sans-serif';
  const text = color('--mantine-color-text');
  const line = { stroke: color('--mantine-color-default-border'), width: 1 };
  const bars = uPlot.paths.bars;
  if (!bars) throw new Error('This uPlot draws no bars.');
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: [-0.6, weeks.length - 0.4] },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
    },
    axes: [
      {
        font,
        size: 28,
        stroke: text,
        grid: { show: false },
        ticks: line,
        splits: () => weeks.map((_, index) => index),
        values: () => weeks.map((week, index) => (width > 700 || index % 3 === 0 ? dayOf(week) : '')),
      },
      {
        font,
        stroke: text,
        grid: line,
        ticks: line,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        size: 56,
      },
    ],
    series: [
      {},
      // The first stands left of the middle of its week, the second right of it.
      ...series.map(({ label, color: name }, index) => ({
        label,
        fill: color(name),
        width: 0,
        points: { show: false },
        paths: bars({ size: [0.36, 40], align: index === 0 ? -1 : 1 }),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}
