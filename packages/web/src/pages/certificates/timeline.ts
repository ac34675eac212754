/** A version, with its moments in milliseconds since 1970. */
export interface TimelineVersion {
  number: number;
  notBefore: number;
  notAfter: number;
  revokedAt: number | null;
}

/** A version as a bar; positions and widths are per cent of the picture's width. */
export interface Bar {
  number: number;
  x: number;
  width: number;
  /** From the top: bars that overlap in time lie in lanes of their own. */
  lane: number;
  /** What stays of its life after it was revoked, at the end of the bar. */
  revokedWidth: number;
}

export interface Timeline {
  bars: readonly Bar[];
  lanes: number;
  now: number;
  /** Null: nothing is planned. */
  renewal: number | null;
  ticks: readonly { x: number; at: number }[];
}

/** Where everything stands in the picture of a certificate's versions. */
export function layOut(versions: readonly TimelineVersion[], now: number, renewalAt: number | null): Timeline {
  const moments = [now, ...(renewalAt === null ? [] : [renewalAt])];
  const starts = [...moments, ...versions.map(({ notBefore }) => notBefore)];
  const ends = [...moments, ...versions.map(({ notAfter }) => notAfter)];
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  const margin = Math.max((last - first) * 0.02, 1);
  const [from, to] = [first - margin, last + margin];
  const x = (moment: number) => (100 * (moment - from)) / (to - from);

  const laneEnds: number[] = [];
  const bars = [...versions]
    .sort((a, b) => a.notBefore - b.notBefore || a.number - b.number)
    .map(({ number, notBefore, notAfter, revokedAt }): Bar => {
      const free = laneEnds.findIndex(end => end <= notBefore);
      const lane = free < 0 ? laneEnds.length : free;
      laneEnds[lane] = notAfter;
      const revoked = revokedAt === null ? notAfter : Math.min(Math.max(revokedAt, notBefore), notAfter);
      return {
        number,
        x: x(notBefore),
        width: x(notAfter) - x(notBefore),
        lane,
        revokedWidth: x(notAfter) - x(revoked),
      };
    });
  const count = 4;
  const ticks = Array.from({ length: count }, (_, index) => {
    const at = from + ((index + 0.5) * (to - from)) / count;
    return { x: x(at), at };
  });
  return { bars, lanes: laneEnds.length, now: x(now), renewal: renewalAt === null ? null : x(renewalAt), ticks };
}
