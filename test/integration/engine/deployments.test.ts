/** Row 41 and its neighbours: one deployment goes wrong, the others and the issuance do not care. */
import { EventEmitter, once } from 'node:events';
import { type Assignment, type CertificateProblem, operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { PluginError } from '@certfleet/plugins';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DomainError } from '../../../packages/server/src/domain/errors.js';
import { applyLoadBalancerJob } from '../../../packages/server/src/jobs/apply-load-balancer.js';
import { problem } from '../../harness/faults.js';
import { freePort } from '../../harness/ports.js';
import { carries, days, minutes, startFleet } from './fleet.js';
import { assignmentIs, certificateBecomes, certificateGets, certificateIs, eventually } from './waiting.js';

const fleet = await startFleet();
const { api, clock, request, served, counted } = fleet;
const { loadBalancers, store } = fleet.certfleet.server.engine;
/** Of virtual service 3, the other HTTPS one. */
const otherPort = await freePort();

beforeAll(async () => {
  await api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port: otherPort, type: 'https' },
  });
});
afterAll(() => fleet.stop());
beforeEach(() => clock.reset());
afterEach(() => vi.restoreAllMocks());

const both = [
  { target: 'vs-2', isDefault: false },
  { target: 'vs-3', isDefault: false },
];

/** How many events there are of a certificate. */
const newsOf = async (name: string) =>
  (await api.call(operations.event.list, { query: { subject: `certificate:${name}` } })).items.length;

/** Lets installing on virtual service 3 fail until it is restored, and counts installations by virtual service. */
function refuseOn3(): { installed: number[]; heal(): void } {
  const install = loadBalancers.installCertificate.bind(loadBalancers);
  const installed: number[] = [];
  const spy = vi.spyOn(loadBalancers, 'installCertificate').mockImplementation(async (index, ...rest) => {
    installed.push(index);
    if (index === 3) throw new PluginError('unavailable', 'The disk of that machine is full.');
    await install(index, ...rest);
  });
  return {
    installed,
    heal: () =>
      void spy.mockImplementation(async (index, ...rest) => {
        installed.push(index);
        await install(index, ...rest);
      }),
  };
}

const servedOn3 = async (serverName: string) => {
  const { leaf } = await readServedCertificate({ address: '127.0.0.1', port: otherPort, serverName });
  return leaf.serialNumber.toLowerCase();
};

test('41. one of two targets fails: only that one is tried again, and nothing is issued again', async () => {
  const orders = counted('newOrder');
  const { installed, heal } = refuseOn3();
  await request('partial', { assignments: both });
  const failed = await assignmentIs(api, 'partial', 'vs-3', ({ deployment }) => deployment?.status === 'failed');
  expect(failed.deployment?.error).toContain('The disk of that machine is full.');
  await assignmentIs(api, 'partial', 'vs-2', ({ deployment }) => deployment?.status === 'verified');
  heal();
  clock.advance(minutes(2));
  const issued = await certificateGets(api, 'partial', 1);
  expect(await servedOn3('partial.example.com')).toBe(issued.version?.serial);
  expect(installed.sort()).toEqual([2, 3, 3]);
  expect(orders()).toBe(1);
});

test('a newer version takes the place of a deployment that has not come to an end', async () => {
  const { heal } = refuseOn3();
  await request('overtaken', { assignments: both });
  await assignmentIs(api, 'overtaken', 'vs-3', ({ deployment }) => deployment?.status === 'failed');
  const { assignmentId } = await latestOn3('overtaken');
  const first = await store.deployments.latest(assignmentId);
  heal();
  await api.call(operations.certificate.renew, { params: { name: 'overtaken' } });
  const renewed = await certificateGets(api, 'overtaken', 2);
  expect((await store.deployments.get(first?.id ?? '')).status).toBe('superseded');
  expect(await store.deployments.captured(first?.id ?? '')).toBeNull();
  expect(await servedOn3('overtaken.example.com')).toBe(renewed.version?.serial);
});

test('another certificate is served than the one installed: what was there before is back, and it is tried again', async () => {
  await request('wrong');
  const before = await certificateBecomes(api, 'wrong', 1);
  const handshake = loadBalancers.handshake.bind(loadBalancers);
  const seenBefore = await handshake(2, 'wrong.example.com', 'ec');
  const spy = vi.spyOn(loadBalancers, 'handshake').mockResolvedValue(seenBefore);
  await api.call(operations.certificate.renew, { params: { name: 'wrong' } });
  await assignmentIs(api, 'wrong', 'vs-2', ({ deployment }) => deployment?.status === 'installed');
  clock.advance(minutes(1));
  const rolledBack = await assignmentIs(api, 'wrong', 'vs-2', ({ deployment }) => deployment?.status === 'rolled-back');
  expect(rolledBack.deployment?.error).toMatch(
    /Another certificate is served .* What was there before is back\. Failed once; next attempt/,
  );
  expect(await store.deployments.countAssignments()).toMatchObject({ 'rolled-back': 1 });
  spy.mockRestore();
  expect(await served('wrong.example.com')).toBe(before.version?.serial);
  clock.advance(minutes(2));
  const live = await certificateGets(api, 'wrong', 2);
  expect(await served('wrong.example.com')).toBe(live.version?.serial);
  expect(await store.deployments.countAssignments()).toMatchObject({ 'rolled-back': 0 });
});

test('nothing answers, as before: unproven, looked at again without installing, and verified once it answers', async () => {
  const params = { index: 3 };
  await api.call(operations.virtualService.change, { params, body: { enabled: false } });
  const install = vi.spyOn(loadBalancers, 'installCertificate');
  await request('dark', { assignments: both });
  await assignmentIs(api, 'dark', 'vs-3', ({ deployment }) => deployment?.status === 'unreachable');
  expect(install.mock.calls.filter(([index]) => index === 3)).toHaveLength(1);
  const { health } = await certificateIs(api, 'dark', ({ health }) => health !== 'in-progress');
  expect(health).toBe('unproven');
  const isDark = ({ certificate }: CertificateProblem) => certificate === 'dark';
  const { problems, assignments, certificates } = await eventually(
    () => api.call(operations.system.overview, {}),
    ({ problems }) => problems.items.some(isDark),
  );
  expect(problems.items.find(isDark)).toMatchObject({
    ...{ health: 'unproven', action: 'deployments', remedy: expect.stringContaining('enable it') },
    message: expect.stringMatching(/^Nobody could read what vs-3 serves\. Installed, but not proven: ./),
  });
  // With those that were read there before it was disabled.
  const target = await api.call(operations.target.show, { params: { name: 'vs-3' } });
  const unproven = target.certificates.length;
  expect(unproven).toBeGreaterThan(1);
  expect([assignments.unproven, certificates.unproven]).toEqual([unproven, unproven]);
  const events = async () => {
    const query = { action: 'deployment.unreachable', subject: 'certificate:dark' };
    return (await api.call(operations.event.list, { query })).items.length;
  };
  const looks = vi.spyOn(loadBalancers, 'handshake');
  clock.advance(days(1) + minutes(1));
  await expect.poll(() => looks.mock.calls.length, { timeout: 30_000 }).toBeGreaterThan(0);
  await api.call(operations.virtualService.change, { params, body: { enabled: true } });
  const verified = await assignmentIs(api, 'dark', 'vs-3', ({ deployment }) => deployment?.status === 'verified');
  const { version, health: atLast } = await certificateIs(api, 'dark', () => true);
  expect(atLast).toBe('healthy');
  expect(verified.deployment?.servedSerial).toBe(version?.serial);
  expect(install.mock.calls.filter(([index]) => index === 3)).toHaveLength(1);
  expect(await events()).toBe(1);
});

test('its virtual service is disabled: unproven without further news, and served there by nobody until it is enabled', async () => {
  const params = { index: 3 };
  const off = { name: 'off' };
  const changeTo = (enabled: boolean) => api.call(operations.virtualService.change, { params, body: { enabled } });
  await request('off', { assignments: [{ target: 'vs-3', isDefault: false }] });
  await request('beside');
  await certificateBecomes(api, 'off', 1);
  await certificateBecomes(api, 'beside', 1);
  const before = await newsOf('off');
  const error = 'Virtual service 3 was disabled.';

  await changeTo(false);
  const [disabled] = (await api.call(operations.event.list, { query: { subject: 'virtual-service:3', limit: 1 } }))
    .items;
  expect(disabled?.message).toMatch(
    / was changed and is live\. .*certificates? that it served (is|are) unproven until it is enabled\.$/,
  );
  const { items } = await api.call(operations.certificate.assignments, { params: off });
  expect(items).toMatchObject([{ deployment: { version: 1, status: 'unreachable', servedSerial: null, error } }]);
  expect(await api.call(operations.certificate.show, { params: off })).toMatchObject({
    ...{ health: 'unproven', servedUntil: null },
  });
  expect(await api.call(operations.certificate.show, { params: { name: 'beside' } })).toMatchObject({
    health: 'healthy',
  });
  expect(await newsOf('off')).toBe(before);

  await api.call(operations.certificate.renew, { params: off });
  const isUnread = ({ deployment }: Assignment) => deployment?.version === 2 && deployment.status === 'unreachable';
  await assignmentIs(api, 'off', 'vs-3', isUnread);
  // Version 1 was read there once, and is not served any more than version 2.
  await certificateIs(api, 'off', ({ health, servedUntil }) => health === 'unproven' && servedUntil === null);

  await changeTo(true);
  const { version, servedUntil } = await certificateGets(api, 'off', 2);
  expect(servedUntil).toBe(version?.notAfter);
});

test('what was read before its virtual service was disabled is read again as soon as it is enabled', async () => {
  const changeTo = (enabled: boolean) =>
    api.call(operations.virtualService.change, { params: { index: 3 }, body: { enabled } });
  await request('back', { assignments: [{ target: 'vs-3', isDefault: false }] });
  await certificateBecomes(api, 'back', 1);
  const install = vi.spyOn(loadBalancers, 'installCertificate');
  await changeTo(false);
  await assignmentIs(api, 'back', 'vs-3', ({ deployment }) => deployment?.status === 'unreachable');
  await changeTo(true);
  const { health } = await certificateGets(api, 'back', 1);
  expect(health).toBe('healthy');
  expect(install).not.toHaveBeenCalled();
});

test('a target that can not be prepared for: the deployment says why, and is tried again', async () => {
  const key = vi.spyOn(store.keys, 'privateKeyPem').mockRejectedValue(new Error('That key is not here.'));
  await request('keyless');
  const failed = await assignmentIs(api, 'keyless', 'vs-2', ({ deployment }) => deployment?.status === 'failed');
  expect(failed.deployment?.error).toContain('That key is not here.');
  key.mockRestore();
  clock.advance(minutes(2));
  await certificateGets(api, 'keyless', 1);
});

test('a certificate of addresses alone is refused where it is not the default: no client would be shown it', async () => {
  const identifiers = ['127.0.0.1'];
  await expect(request('addresses', { identifiers })).rejects.toThrow(/has to be the default/);
  await request('addresses', { identifiers, assignments: [{ target: 'vs-2', isDefault: true }] });
});

const unassign = (name: string) => api.call(operations.certificate.unassign, { params: { name, target: 'vs-2' } });

test.each([
  ['whose deployment failed after it was installed', true],
  ['that was served', false],
])('a default taken off, %s: the default before it is back, and clients are shown nothing else', async (_, fails) => {
  const name = fails ? 'half-default' : 'next-default';
  const isDefault = true;
  await request(`before-${name}`, { assignments: [{ target: 'vs-3', isDefault }] });
  const before = await certificateGets(api, `before-${name}`, 1);
  const handshake = loadBalancers.handshake.bind(loadBalancers);
  vi.spyOn(loadBalancers, 'handshake').mockImplementation(async (index, serverName, keyType) => {
    const installed = (await loadBalancers.installedNames(3)).includes(name);
    if (fails && installed) throw new PluginError('config', 'No more looking.');
    return handshake(index, serverName, keyType);
  });
  await request(name, { assignments: [{ target: 'vs-3', isDefault }] });
  const status = fails ? 'failed' : 'verified';
  const assigned = await assignmentIs(api, name, 'vs-3', ({ deployment }) => deployment?.status === status);
  const shown = new Set<string>();
  const looks = new AbortController();
  const looking = (async () => {
    while (!looks.signal.aborted) shown.add(await servedOn3('nobody.example.net'));
  })();
  await api.call(operations.certificate.unassign, { params: { name, target: 'vs-3' } });
  looks.abort();
  await looking;
  const serial = before.version?.serial ?? '';
  expect(await servedOn3('nobody.example.net')).toBe(serial);
  shown.delete(serial);
  const { version } = await certificateIs(api, name, () => true);
  expect([...shown]).toEqual([version?.serial]);
  expect(assigned.isDefault).toBe(true);
});

const events = async (name: string) => {
  const { items } = await api.call(operations.event.list, { query: { subject: `certificate:${name}` } });
  return items.map(({ action, message }) => ({ action, message }));
};
/** What a client is shown that sends no name. */
const shownWithoutName = async () =>
  (await readServedCertificate({ address: '127.0.0.1', port: otherPort })).leaf.serialNumber.toLowerCase();
const assignDefault = (name: string) =>
  api.call(operations.certificate.assign, { params: { name }, body: { target: 'vs-3', isDefault: true } });
const unassignDefault = (name: string) =>
  api.call(operations.certificate.unassign, { params: { name, target: 'vs-3' } });
const isDefault = async (name: string) =>
  (await api.call(operations.certificate.assignments, { params: { name } })).items.map(each => each.isDefault);
const verifiedOn3 = (name: string) =>
  assignmentIs(api, name, 'vs-3', ({ deployment }) => deployment?.status === 'verified');

test('another default: the one before says so and never takes it back, until it is made the default again', async () => {
  await request('was', { assignments: [{ target: 'vs-3', isDefault: true }] });
  const was = await certificateGets(api, 'was', 1);
  expect(await shownWithoutName()).toBe(was.version?.serial);
  await request('becomes', { assignments: [] });
  const becomes = await certificateGets(api, 'becomes', 1);
  await assignDefault('becomes');
  expect([await isDefault('was'), await isDefault('becomes')]).toEqual([[false], [true]]);
  expect(await events('was')).toContainEqual({
    action: 'certificate.default-taken',
    message: 'was is not the default of vs-3 any more: becomes is. It stays assigned there for its names.',
  });
  await verifiedOn3('becomes');
  expect(await shownWithoutName()).toBe(becomes.version?.serial);

  await api.call(operations.certificate.renew, { params: { name: 'was' } });
  const renewed = await certificateGets(api, 'was', 2);
  expect(await servedOn3('was.example.com')).toBe(renewed.version?.serial);
  expect(await shownWithoutName()).toBe(becomes.version?.serial);

  expect(await assignDefault('was')).toMatchObject({ certificate: 'was', isDefault: true });
  await verifiedOn3('was');
  expect([await isDefault('was'), await isDefault('becomes')]).toEqual([[true], [false]]);
  expect(await shownWithoutName()).toBe(renewed.version?.serial);
  await expect(assignDefault('was')).rejects.toMatchObject({ problem: { code: 'already-exists' } });

  await unassignDefault('was');
  expect(await isDefault('becomes')).toEqual([true]);
  expect(await shownWithoutName()).toBe(becomes.version?.serial);
  expect(await events('becomes')).toContainEqual({
    action: 'certificate.assigned',
    message: 'becomes is the default of vs-3 again, since was is taken off.',
  });
});

test('the default of a service is renewed before the next one has been issued: nobody is shown the placeholder', async () => {
  await request('stays', { assignments: [{ target: 'vs-3', isDefault: true }] });
  await certificateGets(api, 'stays', 1);
  fleet.always('newOrder', (seen, forward, proxy) =>
    carries(seen, 'not-yet.example.com') ? problem(503, 'serverInternal')(seen, forward, proxy) : forward(),
  );
  await request('not-yet', { assignments: [{ target: 'vs-3', isDefault: true }] });
  expect(await isDefault('stays')).toEqual([false]);
  await api.call(operations.certificate.renew, { params: { name: 'stays' } });
  const { version } = await certificateGets(api, 'stays', 2);
  expect(await shownWithoutName()).toBe(version?.serial);
  await unassignDefault('not-yet');
  expect(await isDefault('stays')).toEqual([true]);
});

test('another default while the one before is being installed: it gets it all the same', async () => {
  await request('slow', { assignments: [{ target: 'vs-3', isDefault: true }] });
  await certificateGets(api, 'slow', 1);
  await request('quick', { assignments: [] });
  const quick = await certificateGets(api, 'quick', 1);
  const install = loadBalancers.installCertificate.bind(loadBalancers);
  const spy = vi.spyOn(loadBalancers, 'installCertificate').mockImplementation(async (...installation) => {
    if (installation[1] === 'slow') {
      spy.mockImplementation(install);
      await assignDefault('quick');
      await verifiedOn3('quick');
    }
    await install(...installation);
  });
  await api.call(operations.certificate.renew, { params: { name: 'slow' } });
  await certificateGets(api, 'slow', 2);
  await eventually(shownWithoutName, serial => serial === quick.version?.serial);
});

test('another default before the one before is rolled back: it stays the default', async () => {
  await request('fallen', { assignments: [{ target: 'vs-3', isDefault: true }] });
  await certificateGets(api, 'fallen', 1);
  await request('forth', { assignments: [] });
  const forth = await certificateGets(api, 'forth', 1);
  const handshake = loadBalancers.handshake.bind(loadBalancers);
  const seenBefore = await handshake(3, 'fallen.example.com', 'ec');
  vi.spyOn(loadBalancers, 'handshake').mockImplementation(async (...asked) =>
    asked[1] === 'fallen.example.com' ? seenBefore : handshake(...asked),
  );
  await api.call(operations.certificate.renew, { params: { name: 'fallen' } });
  await assignmentIs(api, 'fallen', 'vs-3', ({ deployment }) => deployment?.status === 'installed');
  await assignDefault('forth');
  await verifiedOn3('forth');
  clock.advance(minutes(1));
  await assignmentIs(api, 'fallen', 'vs-3', ({ deployment }) => deployment?.status === 'rolled-back');
  expect(await shownWithoutName()).toBe(forth.version?.serial);
});

test('unassigned while it is being installed: taken off after that, and nothing is left', async () => {
  const install = loadBalancers.installCertificate.bind(loadBalancers);
  const gate = new EventEmitter();
  const [begun, mayGoOn] = [once(gate, 'begun'), once(gate, 'go on')];
  vi.spyOn(loadBalancers, 'installCertificate').mockImplementation(async (...installation) => {
    // Certificates of other tests may still be on their way.
    if (installation[1] === 'leaving') {
      gate.emit('begun');
      await mayGoOn;
    }
    await install(...installation);
  });
  const remove = vi.spyOn(loadBalancers, 'removeCertificate');
  await request('leaving');
  await begun;
  const unassigned = unassign('leaving');
  const job = async () => {
    const { id } = await store.certificates.byName('leaving');
    const [assignment] = await store.assignments.ofCertificate(id);
    return assignment && (await store.jobs.find('undeploy', assignment.id));
  };
  await expect.poll(job, { timeout: 30_000 }).toBeTruthy();
  expect(remove).not.toHaveBeenCalled();
  gate.emit('go on');
  await unassigned;
  expect(await loadBalancers.installedNames(2)).not.toContain('leaving');
  await api.call(operations.certificate.delete, { params: { name: 'leaving' } });
});

test('a target that can not be reached stays assigned, says so, and is tried again', async () => {
  await request('staying');
  await certificateGets(api, 'staying', 1);
  const refusal = new PluginError('unavailable', 'That machine does not answer.');
  const remove = vi.spyOn(loadBalancers, 'removeCertificate').mockRejectedValue(refusal);
  await expect(unassign('staying')).rejects.toThrow(/Not possible .* That machine does not answer\./);
  const { toBeTakenOff } = await assignmentIs(api, 'staying', 'vs-2', () => true);
  expect(toBeTakenOff?.reason).toContain('That machine does not answer.');
  remove.mockRestore();
  await unassign('staying');
  expect(await loadBalancers.installedNames(2)).not.toContain('staying');
});

test('a HAProxy that does not come up is tried every minute, and told of once; what failed by it is tried when it is back', async () => {
  const [loadBalancer] = (await store.loadBalancers.list()).items;
  const { id = '', name = '' } = loadBalancer ?? {};
  // Tests before this one have moved the clock far ahead of what it is now.
  await store.transaction(tx => tx.jobs.enqueue({ ...applyLoadBalancerJob(id), urgency: 0, runAt: clock.now() }));
  const events = async (action: string) => {
    const query = { action, subject: `load-balancer:${name}` };
    return (await api.call(operations.event.list, { query })).items.length;
  };
  const apply = vi
    .spyOn(loadBalancers, 'apply')
    .mockRejectedValue(new DomainError('port-in-use', 'Something else listens there.'));
  for (const times of [1, 2, 3, 4]) {
    await untilTheNextLook(id);
    await expect.poll(() => apply.mock.calls.length, { timeout: 30_000 }).toBe(times);
  }
  expect(await events('load-balancer.failed')).toBe(1);
  // Not tried again before tomorrow, whatever the minutes that pass here.
  const refusal = new PluginError('config', 'HAProxy does not answer.');
  const present = vi.spyOn(loadBalancers, 'presentChallenges').mockRejectedValue(refusal);
  await request('returning', { assignments: [] });
  await certificateIs(api, 'returning', ({ lastError }) => lastError !== null);
  present.mockRestore();
  apply.mockRestore();
  await untilTheNextLook(id);
  await expect.poll(() => events('load-balancer.recovered'), { timeout: 30_000 }).toBe(1);
  await certificateGets(api, 'returning', 1);
});

test('a HAProxy that is back after another server told of its failure, at the second try to write that down: what failed by it is tried', async () => {
  const [loadBalancer] = (await store.loadBalancers.list()).items;
  const { id = '', name = '' } = loadBalancer ?? {};
  await store.transaction(tx => tx.jobs.enqueue({ ...applyLoadBalancerJob(id), urgency: 0, runAt: clock.now() }));
  const present = vi
    .spyOn(loadBalancers, 'presentChallenges')
    .mockRejectedValue(new PluginError('config', 'HAProxy does not answer.'));
  await request('returning-elsewhere', { assignments: [] });
  await certificateIs(api, 'returning-elsewhere', ({ lastError }) => lastError !== null);
  present.mockRestore();
  const told = { actor: 'system', action: 'load-balancer.failed', subject: `load-balancer:${name}` } as const;
  await store.events.append({ ...told, outcome: 'failed', message: 'Something else listens there.' });
  const fenced = store.fenced.bind(store);
  let broken = 0;
  vi.spyOn(store, 'fenced').mockImplementation((lease, body) => {
    if (broken > 0 || !lease.lock.startsWith('load-balancer:')) return fenced(lease, body);
    broken += 1;
    return Promise.reject(new Error('The disk is full.'));
  });
  await untilTheNextLook(id);
  await expect.poll(() => broken, { timeout: 30_000 }).toBe(1);
  await untilTheNextLook(id);
  await certificateGets(api, 'returning-elsewhere', 1);
});

/** Moves the clock there, and asserts that it is only a minute after the last one. */
async function untilTheNextLook(loadBalancerId: string): Promise<void> {
  const job = () => store.jobs.find('apply-load-balancer', loadBalancerId);
  await expect.poll(async () => (await job())?.state, { timeout: 30_000 }).toBe('waiting');
  const wait = ((await job())?.runAt ?? 0) - clock.now();
  expect(wait).toBeLessThanOrEqual(minutes(1));
  clock.advance(wait);
}

async function latestOn3(name: string): Promise<{ assignmentId: string }> {
  const { items } = await api.call(operations.certificate.assignments, { params: { name } });
  const assignment = items.find(({ target }) => target === 'vs-3');
  if (!assignment) throw new Error(`${name} is not assigned to vs-3.`);
  return { assignmentId: assignment.id };
}
