import { rates, type Sample } from './history.js';

const width = 60;
const height = 20;

/** Requests per second of the last minutes as a small line. The number beside it says how many there are now. */
export function Sparkline({ samples }: { samples: readonly Sample[] }) {
  const values = rates(samples);
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map((value, index) => `${index * step},${height - 1 - (value / most) * (height - 2)}`);
  return (
    <svg width={width} height={height} aria-hidden="true" className="sparkline">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
