import type { VirtualServiceStatistics } from '@certfleet/contract';

/** What was counted at a moment, in milliseconds since 1970. */
export interface Sample {
  at: number;
  requests: number;
  connections: number;
}

/** So many samples are kept of each virtual service: with one every three seconds, the last three minutes. */
const kept = 60;

export type History = ReadonlyMap<number, readonly Sample[]>;

/** The history with one more sample of each virtual service; those that are gone, or out of sight, are forgotten. */
export function withSamples(history: History, items: readonly VirtualServiceStatistics[], at: number): History {
  return new Map(
    items.map(({ index, traffic }) => {
      const before = history.get(index) ?? [];
      if (before.at(-1)?.at === at) return [index, before];
      return [
        index,
        [...before, { at, requests: traffic.requests, connections: traffic.currentSessions }].slice(-kept),
      ];
    }),
  );
}

/** Requests per second between each sample and the one before it. A counter that went back began anew. */
export function rates(samples: readonly Sample[]): number[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] as Sample;
    const seconds = (sample.at - before.at) / 1_000;
    const requests = sample.requests < before.requests ? sample.requests : sample.requests - before.requests;
    return seconds > 0 ? requests / seconds : 0;
  });
}

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `12.3K`, for a column of numbers. */
export function inShort(value: number): string {
  return short.format(value);
}

/** How many requests there are at the moment: `0.3/s`. */
export function rateInShort(samples: readonly Sample[]): string {
  return `${inShort(Math.round((rates(samples).at(-1) ?? 0) * 10) / 10)}/s`;
}

/** `4.2 MB`, in steps of a thousand. */
export function bytesInShort(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return `${Number((bytes / 1_000 ** step).toPrecision(3))} ${units[step]}`;
}
