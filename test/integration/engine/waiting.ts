import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, type Assignment, type Certificate, operations } from '@certfleet/contract';

/** Generous: a machine with two slow cores runs other tests at the same time. */
const patience = 45_000;

/** Resolves with what `look` returns as soon as `accept` takes it. @throws with what it saw last */
export async function eventually<T>(look: () => Promise<T>, accept: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (accept(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`Not seen within ${patience} ms; the last look: ${JSON.stringify(seen)}`);
    await pause(50);
  }
}

/** Resolves when a certificate is as wanted. */
export function certificateIs(
  api: ApiClient,
  name: string,
  accept: (certificate: Certificate) => boolean,
): Promise<Certificate> {
  return eventually(() => api.call(operations.certificate.show, { params: { name } }), accept);
}

/** Resolves when the last attempt has failed with such a message. */
export async function certificateFails(api: ApiClient, name: string, message: RegExp | string): Promise<Certificate> {
  const fits = (text = '') => (typeof message === 'string' ? text.includes(message) : message.test(text));
  return certificateIs(api, name, ({ lastError }) => fits(lastError?.message));
}

/** Resolves with the assignment of a certificate to a target when it is as wanted. */
export async function assignmentIs(
  api: ApiClient,
  name: string,
  target: string,
  accept: (assignment: Assignment) => boolean,
): Promise<Assignment> {
  const look = async () => {
    const { items } = await api.call(operations.certificate.assignments, { params: { name } });
    return items.find(assignment => assignment.target === target);
  };
  const found = await eventually(look, assignment => assignment !== undefined && accept(assignment));
  if (!found) throw new Error(`${name} is not assigned to ${target}.`);
  return found;
}

/** Resolves when a certificate has this version and it is verified on every target, whatever failed before. */
export async function certificateGets(api: ApiClient, name: string, version: number): Promise<Certificate> {
  const { certificate } = await eventually(
    () => stateOf(api, name),
    state => isLive(state, version),
  );
  return certificate;
}

/** {@link certificateGets} without any failure on the way. @throws with its last error */
export async function certificateBecomes(api: ApiClient, name: string, version: number): Promise<Certificate> {
  const { certificate } = await eventually(
    () => stateOf(api, name),
    state => {
      const failed = state.items.find(({ deployment }) => deployment?.error)?.deployment?.error;
      const error = state.certificate.lastError?.message ?? failed;
      if (error) throw new Error(`${name} did not get to version ${version}: ${error}`);
      return isLive(state, version);
    },
  );
  return certificate;
}

interface State {
  certificate: Certificate;
  items: Assignment[];
}

async function stateOf(api: ApiClient, name: string): Promise<State> {
  const params = { name };
  const { items } = await api.call(operations.certificate.assignments, { params });
  return { certificate: await api.call(operations.certificate.show, { params }), items };
}

function isLive({ certificate, items }: State, version: number): boolean {
  const live = items.every(({ deployment }) => deployment?.version === version && deployment.status === 'verified');
  return certificate.version?.number === version && live;
}
