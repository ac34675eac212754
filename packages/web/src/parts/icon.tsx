/** The strokes of each, on a ground of 20 × 20. */
const strokes = {
  overview: 'M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z',
  certificate: 'M16 9V3H4v10h5M7 6.5h6M7 9.5h3M13.5 15a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM12 15v3l1.5-1 1.5 1v-3',
  policy: 'M5 2.5h10v15H5zM8 6.5h4M8 10h4M8 13.5h2',
  account: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3 2.5-4.5 6-4.5s6 1.5 6 4.5',
  proof: 'M10 2.5 4 5v5c0 3.5 2.5 6.5 6 7.5 3.5-1 6-4 6-7.5V5zM7.5 10l2 2 3.5-4',
  domain: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3 10h14M10 3c3 3.5 3 10.5 0 14M10 3c-3 3.5-3 10.5 0 14',
  server: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h1M6 13.5h1',
  rule: 'M3 10h4c4 0 2-5 6-5h3M7 10c4 0 2 5 6 5h3M14 3l2.5 2L14 7M14 13l2.5 2-2.5 2',
  lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9M10 12v2',
  event: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l2.5 2',
  settings: 'M3 6h7M14 6h3M12 4v4M3 14h3M10 14h7M8 12v4',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4',
  sun: 'M10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM10 2v2M10 16v2M2 10h2M16 10h2M4.5 4.5 6 6M14 14l1.5 1.5M4.5 15.5 6 14M14 6l1.5-1.5',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z',
} as const;

export type IconName = keyof typeof strokes;

/** A small picture in the colour of the text beside it, which says what it is. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={18} height={18} aria-hidden="true">
      <path d={strokes[name]} />
    </svg>
  );
}
