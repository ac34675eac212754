import { networkInterfaces } from 'node:os';
import { canonical } from '@certfleet/plugins';

/** The addresses behind the one that something listens on: for `0.0.0.0` and `::` all of this machine. */
export function addressesBehind(listening: string): string[] {
  if (listening !== '0.0.0.0' && listening !== '::') return [canonical(listening)];
  const family = listening === '::' ? 'IPv6' : 'IPv4';
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? []);
  return all.filter(each => each.family === family).map(({ address }) => canonical(address));
}
