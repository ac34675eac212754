import type { Version } from '@certfleet/contract';
import { useTimes } from '../../parts/times.js';
import { layOut } from './timeline.js';

const laneHeight = 26;
const barHeight = 20;
const axisHeight = 34;

interface VersionPictureProps {
  versions: readonly Version[];
  /** The id of the current one. */
  current: string | undefined;
  renewalAt: string | null;
}

/** From when to when each version is valid, where today is, and when the next one is ordered. */
export function VersionPicture({ versions, current, renewalAt }: VersionPictureProps) {
  const { day } = useTimes();
  const { bars, lanes, now, renewal, ticks } = layOut(
    versions.map(({ number, notBefore, notAfter, revokedAt }) => ({
      number,
      notBefore: Date.parse(notBefore),
      notAfter: Date.parse(notAfter),
      revokedAt: revokedAt === null ? null : Date.parse(revokedAt),
    })),
    Date.now(),
    renewalAt === null ? null : Date.parse(renewalAt),
  );
  const bottom = lanes * laneHeight + 18;
  const currentNumber = versions.find(({ id }) => id === current)?.number;
  return (
    <svg
      className="versions"
      width="100%"
      height={bottom + axisHeight}
      role="img"
      aria-label={`${versions.length} versions on a time line${currentNumber === undefined ? '' : `; version ${currentNumber} is the current one`}. The table below says the same.`}
    >
      {ticks.map(({ x, at }) => (
        <g key={at}>
          <line x1={`${x}%`} x2={`${x}%`} y1={16} y2={bottom} className="tick" />
          <text x={`${x}%`} y={bottom + 16} textAnchor="middle">
            {day.format(at)}
          </text>
        </g>
      ))}
      {bars.map(({ number, x, width, lane, revokedWidth }) => (
        <g key={number}>
          <rect
            x={`${x}%`}
            width={`${width}%`}
            y={18 + lane * laneHeight}
            height={barHeight}
            rx={3}
            className={number === currentNumber ? 'bar current' : 'bar'}
          />
          {revokedWidth > 0 && (
            <rect
              x={`${x + width - revokedWidth}%`}
              width={`${revokedWidth}%`}
              y={18 + lane * laneHeight}
              height={barHeight}
              rx={3}
              className="bar revoked"
            />
          )}
          <text x={`${x + width / 2}%`} y={18 + lane * laneHeight + 14} textAnchor="middle" className="number-in-bar">
            {number}
          </text>
        </g>
      ))}
      <line x1={`${now}%`} x2={`${now}%`} y1={12} y2={bottom} className="now" />
      <text x={`${now}%`} y={10} textAnchor={anchor(now)}>
        now
      </text>
      {renewal !== null && Math.abs(renewal - now) > 4 && (
        <>
          <line x1={`${renewal}%`} x2={`${renewal}%`} y1={12} y2={bottom} className="planned" />
          <text x={`${renewal}%`} y={10} textAnchor={anchor(renewal)}>
            next renewal
          </text>
        </>
      )}
    </svg>
  );
}

/** Words at an edge stay in the picture. */
function anchor(x: number): 'start' | 'middle' | 'end' {
  if (x < 10) return 'start';
  return x > 90 ? 'end' : 'middle';
}
