import { operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { read } from '../query.js';
import { tellDone } from './done.js';

/**
 * Tells that something was asked for that Certfleet does by and by: `A new version of www was asked for.` While it is
 * paused that waits, which is said too.
 */
export function useTellAskedFor(): (message: string) => void {
  const { data } = useQuery(read(operations.system.show, {}));
  const waits = data?.paused ? ' Certfleet is paused: it waits until someone resumes it.' : '';
  return message => tellDone(`${message}${waits}`);
}
