/** Rows 13, 14, 17 to 20, 27, 36 to 38: orders, authorizations and challenges that go other ways than usual. */
import { AcmeInputError, AcmeProblem, certId, finalizeOrder, newOrder } from '@certfleet/acme';
import { describe, expect, test } from 'vitest';
import { changeJson, problem, withoutHeader } from '../../harness/faults.js';
import { certificateKey, dnsNames, failure, registerClient, startCa, uniqueName } from './ca.js';

const ca = await startCa({ domainBlocklist: ['blocked.example.net'] });
const always = { times: Number.POSITIVE_INFINITY };

test('13. an invalid authorization: what the CA saw, with the name, and everything is cleaned up', async () => {
  const { proxy, presented, cleanedUp, obtain } = await registerClient(ca);
  const [good, bad] = [uniqueName(), uniqueName()];
  const error = await failure(
    AcmeProblem,
    obtain({
      names: [good, bad],
      async present(presentation) {
        presented.push(presentation);
        if (presentation.type !== 'http-01') throw new Error('expected http-01');
        const right = presentation.identifier.value === good;
        ca.responder.answers.set(presentation.path, right ? presentation.body : 'something else');
      },
    }),
  );
  expect(error.is('unauthorized')).toBe(true);
  expect(error.identifiers).toEqual([{ type: 'dns', value: bad }]);
  expect(error.message).toContain(bad);
  expect(error.message).toContain('something else');
  expect(cleanedUp).toHaveLength(2);
  expect(proxy.to('finalize')).toHaveLength(0);
});

test('13. nothing listens where the CA looks: the CA’s own words', async () => {
  const { obtain } = await registerClient(ca);
  const name = uniqueName();
  await ca.dns.addA(name, ['127.0.0.66']);
  const error = await failure(AcmeProblem, obtain({ names: [name], present: async () => undefined }));
  expect(error.is('connection')).toBe(true);
  expect(error.message).toContain(name);
});

test('14. the order becomes invalid after finalize: its error and subproblems', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const name = uniqueName();
  const spoil = changeJson(order => {
    order.status = 'invalid';
    order.error = {
      type: 'urn:ietf:params:acme:error:caa',
      detail: 'CAA forbids issuance',
      subproblems: [
        { type: 'urn:ietf:params:acme:error:caa', detail: 'no issue for us', identifier: { type: 'dns', value: name } },
      ],
    };
  });
  proxy.inject('finalize', spoil);
  const error = await failure(AcmeProblem, obtain({ names: [name] }));
  expect(error.is('caa')).toBe(true);
  expect(error.identifiers).toEqual([{ type: 'dns', value: name }]);
  expect(error.message).toContain('CAA forbids issuance');
  expect(error.message).toContain(`${name}: caa, no issue for us`);
});

test('17. finalize answers valid at once: downloaded without another look at the order', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const [names, key] = [[uniqueName()], await certificateKey()];
  const before = await obtain({ names, key });
  if (before.order.status !== 'valid') throw new Error('the first order must be valid');
  const { certificate } = before.order;

  let looksAtFinalize = -1;
  proxy.inject('finalize', async (seen, forward, itself) => {
    looksAtFinalize = itself.to('order').length;
    return changeJson(order => Object.assign(order, { status: 'valid', certificate }))(seen, forward, itself);
  });
  const { order } = await obtain({ names, key });
  expect(order.status).toBe('valid');
  expect(proxy.to('order')).toHaveLength(looksAtFinalize);
});

test('18. orderNotReady because the answer to an earlier finalize was lost: reads the order and goes on', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('finalize', async (seen, forward, itself) => {
    await forward();
    return problem(403, 'orderNotReady')(seen, forward, itself);
  });
  const { order } = await obtain();
  expect(order.status).toBe('valid');
  expect(proxy.to('newOrder')).toHaveLength(1);
  expect(proxy.to('finalize')).toHaveLength(1);
});

test('18. finalized too early: the order as it is, instead of an error', async () => {
  const { session, proxy } = await registerClient(ca);
  const { order } = await newOrder(session, { identifiers: dnsNames([uniqueName()]), ...profile() });
  const csr = Buffer.from('not even looked at');
  proxy.inject('finalize', problem(403, 'orderNotReady'));
  expect((await finalizeOrder(session, order, csr)).order.status).toBe('pending');
});

test('18. orderNotReady for an order that says it is ready: the problem, not an endless loop', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('finalize', problem(403, 'orderNotReady'), always);
  const error = await failure(AcmeProblem, obtain());
  expect(error.is('orderNotReady')).toBe(true);
  expect(proxy.to('finalize').length).toBeLessThan(5);
});

describe('with authorizations that the CA reuses', async () => {
  const reusing = await startCa({ authzReuse: 100 });

  test('19. newOrder is ready at once: nothing is presented', async () => {
    const { proxy, presented, obtain } = await registerClient(reusing);
    const names = [uniqueName()];
    await obtain({ names });
    expect(presented).toHaveLength(1);
    const { order } = await obtain({ names });
    expect(order.status).toBe('valid');
    expect(presented).toHaveLength(1);
    expect(proxy.to('challenge')).toHaveLength(1);
  });

  test('19. one of two authorizations is valid already: only the other is presented', async () => {
    const { presented, obtain } = await registerClient(reusing);
    const [known, fresh] = [uniqueName(), uniqueName()];
    await obtain({ names: [known] });
    await obtain({ names: [known, fresh] });
    expect(presented.map(presentation => presentation.identifier.value)).toEqual([known, fresh]);
  });
});

test('20. authorizations in another order than the identifiers: each name is proven by its own', async () => {
  const { proxy, presented, obtain } = await registerClient(ca);
  const names = [uniqueName(), uniqueName(), uniqueName()];
  const reverse = changeJson(order => {
    (order.authorizations as string[]).reverse();
  });
  proxy.inject('newOrder', reverse);
  proxy.inject('order', reverse, always);
  await obtain({ names });
  expect(presented.map(presentation => presentation.identifier.value).sort()).toEqual([...names].sort());
});

test('27. finalize without Location: the order’s URL is the one of newOrder', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const silent = proxy.inject('finalize', withoutHeader('location'));
  const { order } = await obtain();
  expect(silent.struck).toBe(1);
  expect(order.status).toBe('valid');
});

test('36. a profile that the directory does not list: refused before anything is ordered', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const error = await failure(AcmeInputError, obtain({ profile: 'no-such-profile' }));
  expect(error.message).toMatch(/no-such-profile/);
  if (ca.pebble.features.profiles) expect(error.message).toMatch(/default, shortlived|shortlived, default/);
  expect(proxy.to('newOrder')).toHaveLength(0);
});

test('36. invalidProfile of the CA: permanent, asked once', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(400, 'invalidProfile'), always);
  const error = await failure(AcmeProblem, obtain());
  expect(error.is('invalidProfile')).toBe(true);
  expect(proxy.to('newOrder')).toHaveLength(1);
});

test('37. challenges of unknown types and without token: passed over', async () => {
  const { proxy, presented, obtain } = await registerClient(ca);
  proxy.inject(
    'authorization',
    changeJson(authorization => {
      const challenges = authorization.challenges as object[];
      const url = `${proxy.origin}/chalZ/nowhere`;
      challenges.unshift(
        { type: 'dns-persist-01', url, status: 'pending', 'issuer-domain-names': ['pebble.example'] },
        { type: 'http-01', url, status: 'pending' },
        { type: 'http-01', url, status: 'pending', token: '../../etc/passwd' },
        { type: 'quantum-99', url, status: 'pending', token: 'x'.repeat(43) },
        { nonsense: true },
      );
    }),
  );
  await obtain();
  expect(presented).toHaveLength(1);
  expect(proxy.seen.filter(request => request.path.endsWith('/nowhere'))).toEqual([]);
});

test('37. nothing that can be answered: says what was wanted and what is offered', async () => {
  const { proxy, presented, obtain } = await registerClient(ca);
  proxy.inject(
    'authorization',
    changeJson(authorization => {
      authorization.challenges = [{ type: 'quantum-99', url: `${proxy.origin}/chalZ/x`, status: 'pending' }];
    }),
  );
  const error = await failure(AcmeInputError, obtain());
  expect(error.message).toMatch(/http-01.*quantum-99/);
  expect(presented).toEqual([]);
});

test('38. rejectedIdentifier for one of three names: names the culprit, asked once', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const names = [uniqueName(), 'www.blocked.example.net', uniqueName()];
  const error = await failure(AcmeProblem, obtain({ names }));
  expect(error.is('rejectedIdentifier')).toBe(true);
  expect(error.message).toContain('www.blocked.example.net');
  expect(proxy.to('newOrder')).toHaveLength(1);
});

test('38. the same as subproblems, as Boulder tells it', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const names = [uniqueName(), uniqueName(), uniqueName()];
  const culprit = { type: 'dns', value: names[1] };
  proxy.inject(
    'newOrder',
    problem(400, 'rejectedIdentifier', {
      detail: 'Cannot issue for one name',
      subproblems: [
        { type: 'urn:ietf:params:acme:error:rejectedIdentifier', detail: 'forbidden by policy', identifier: culprit },
      ],
    }),
  );
  const error = await failure(AcmeProblem, obtain({ names }));
  expect(error.identifiers).toEqual([culprit]);
  expect(error.message).toContain(`${names[1]}: rejectedIdentifier, forbidden by policy`);
});

describe('34. replaces', () => {
  test.each([
    ['alreadyReplaced', problem(409, 'alreadyReplaced')],
    ['a conflict of another name', problem(409, 'conflict')],
    ['a certificate that the CA does not know', problem(404, 'malformed')],
    ['a CA that stumbles over it', problem(500, 'serverInternal')],
  ])('%s: ordered again without it', async (_what, refuse) => {
    const { proxy, session, obtain } = await registerClient(ca);
    const names = [uniqueName()];
    const { certificates } = await obtain({ names });
    const replaces = certId(certificates[0]);
    const refused = proxy.inject(
      'newOrder',
      (seen, forward, itself) => (seen.payload?.replaces === undefined ? forward() : refuse(seen, forward, itself)),
      always,
    );
    const { withoutReplaces, order } = await obtain({ names, replaces });
    expect(refused.struck).toBeGreaterThan(1);
    expect(order.status).toBe('valid');
    expect(withoutReplaces?.status).toBeGreaterThanOrEqual(400);
    expect(proxy.to('newOrder').at(-1)?.payload).not.toHaveProperty('replaces');
    expect(session.accountUrl).toContain(proxy.origin);
  });

  // Let's Encrypt answers 503 to bursts above its limit per second.
  test.each([429, 503])('a rate limit (%i) is not taken for a refusal of replaces', async status => {
    const { proxy, obtain } = await registerClient(ca);
    const names = [uniqueName()];
    const { certificates } = await obtain({ names });
    proxy.inject('newOrder', problem(status, 'rateLimited', { retryAfter: '7200' }), always);
    const error = await failure(AcmeProblem, obtain({ names, replaces: certId(certificates[0]) }));
    expect(error.retryAfterMs).toBe(7_200_000);
    expect(proxy.to('newOrder')).toHaveLength(2);
  });
});

function profile(): { profile?: string } {
  return ca.pebble.features.profiles ? { profile: 'default' } : {};
}
