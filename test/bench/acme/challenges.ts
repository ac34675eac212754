import { HaproxyInstance } from '@certfleet/haproxy';
import { findHaproxy } from '../../harness/haproxy.js';
import { createWorkdir } from '../../harness/workdir.js';
import type { ClientConfig } from '../round.js';

/** Where a client puts its challenges. */
export interface ChallengePlace {
  present(token: string, keyAuthorization: string): Promise<void>;
  cleanUp(token: string): Promise<void>;
  close(): Promise<void>;
}

/** The runtime map of an HAProxy of this process's own, or nothing for who is answered for statelessly. */
export async function openChallenges({ answeredBy, httpPort }: ClientConfig): Promise<ChallengePlace> {
  const nothing = async () => undefined;
  if (answeredBy === 'stateless-responder') return { present: nothing, cleanUp: nothing, close: nothing };
  const { path: binary } = await findHaproxy();
  const instance = await HaproxyInstance.open({ directory: createWorkdir('b', { mode: 0o700 }).path, binary });
  await instance.start({ virtualServices: [{ index: 1, type: 'http', address: '127.0.0.1', port: httpPort }] });
  return {
    present: (token, keyAuthorization) => instance.challenges.present([{ token, keyAuthorization }]),
    cleanUp: token => instance.challenges.cleanUp([token]),
    close: () => instance.stop(),
  };
}
