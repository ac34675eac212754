import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { widths } from '../../harness/browser.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let certfleet: Certfleet;

beforeAll(async () => {
  certfleet = await startCertfleet({ webFolder: builtSite });
});
afterAll(() => certfleet.destroy());

test('a wrong password is refused in words, the right one leads to where the address points', async () => {
  const window = await open();
  const { page } = window;
  await page.goto(`${certfleet.server.url}/events`);
  await page.getByLabel('User').fill(admin.name);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
});

test('signing out leads back to the sign-in, and the session is over', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(certfleet.server.url, admin);
  await page.getByRole('button', { name: /menu$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

test('nothing is loaded from elsewhere, and no cookie can be read by scripts', async () => {
  const window = await open();
  const origins = new Set<string>();
  window.page.on('request', request => origins.add(new URL(request.url()).origin));
  await window.signIn(certfleet.server.url, admin);
  expect([...origins]).toEqual([new URL(certfleet.server.url).origin]);
  expect(await window.page.evaluate('document.cookie')).toBe('');
});

test('an address where nothing is says so', async () => {
  const window = await open();
  await window.signIn(`${certfleet.server.url}/no/such/page`, admin);
  await window.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
});

describe('accessibility', () => {
  test.each([
    { colorScheme: 'light', viewport: widths.wide },
    { colorScheme: 'dark', viewport: widths.narrow },
  ] as const)('sign-in and the empty pages, $colorScheme, $viewport.width px', async look => {
    const window = await open(look);
    await window.page.goto(certfleet.server.url);
    await window.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await window.accessibilityFaults()).toEqual([]);
    await window.signIn(certfleet.server.url, admin);
    for (const path of ['/', '/certificates', '/events']) {
      await window.page.goto(certfleet.server.url + path);
      await window.page.getByRole('heading', { level: 1 }).waitFor();
      await window.page
        .getByRole('status')
        .filter({ hasText: /^live$/ })
        .waitFor();
      expect(await window.accessibilityFaults(), path).toEqual([]);
    }
  });
});

describe('what the server sends', () => {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  afterAll(() => dispatcher.close());
  const get = (path: string, accept: string) =>
    request(`${certfleet.server.url}${path}`, { headers: { accept }, dispatcher });

  test.each([
    ['a page, at any address', '/certificates/www', 'text/html', 200, 'text/html; charset=utf-8'],
    ['a problem, for scripts', '/certificates/www', 'application/json', 404, 'application/problem+json'],
    ['a problem, below the API', '/api/v1/no-such-thing', 'text/html', 404, 'application/problem+json'],
    ['a problem, for a file of another version', '/assets/index-0.js', 'text/html', 404, 'application/problem+json'],
  ])('%s', async (_, path, accept, status, type) => {
    const reply = await get(path, accept);
    await reply.body.dump();
    expect({ status: reply.statusCode, type: reply.headers['content-type'] }).toEqual({
      status,
      type: expect.stringContaining(type),
    });
  });

  test('the files of the pages as they were compressed when they were built, to browsers that take that', async () => {
    const page = await get('/', 'text/html');
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(await page.body.text()) ?? [];
    const encodingFor = async (accepted: string) => {
      const headers = { 'accept-encoding': accepted };
      const reply = await request(certfleet.server.url + script, { headers, dispatcher });
      await reply.body.dump();
      return reply.headers['content-encoding'];
    };
    expect(await encodingFor('gzip, br')).toBe('gzip');
    expect(await encodingFor('identity')).toBeUndefined();
  });

  test('a policy with another nonce in each page, which allows no inline script', async () => {
    const pages = await Promise.all([get('/', 'text/html'), get('/', 'text/html')]);
    const policies = pages.map(({ headers }) => String(headers['content-security-policy']));
    expect(policies[0]).toContain("script-src 'self';");
    expect(policies[0]).toMatch(/style-src 'self' 'nonce-[\w-]{22}'/);
    expect(policies[0]).not.toEqual(policies[1]);
    for (const { body } of pages) expect(await body.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\bon\w+=/);
  });
});
