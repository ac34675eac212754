import { describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';
import * as samples from '../testing/samples.js';

const preflight = (result: string, ...words: string[]) => {
  const api = new FakeApi({ 'certificate.preflight': { ...samples.preflight, result } });
  return run(['certificate', 'preflight', 'www', ...words], { api });
};

describe('certificate preflight', () => {
  test('shows a table, the worst first, and ends with 1 when an order would fail', async () => {
    const { stdout, stderr, exitCode } = await preflight('refused');
    await expect(stdout).toMatchFileSnapshot('../output/golden/certificate_preflight_www.txt');
    expect(stderr).toBe('An order would fail: see what is refused.\n');
    expect(exitCode).toBe(1);
  });

  test.each([
    ['ok', 'Nothing speaks against an order.\n'],
    ['unknown', 'Nothing that can be seen from here speaks against an order.\n'],
    ['warning', 'An order may fail: see the warnings.\n'],
  ])('ends with 0 when all is %s', async (result, verdict) => {
    const { stderr, exitCode } = await preflight(result);
    expect([stderr, exitCode]).toEqual([verdict, 0]);
  });

  test('--problems leaves out what is ok, as a document too', async () => {
    expect((await preflight('refused', '--problems')).stdout).not.toMatch(/^ok /m);
    const { stdout } = await preflight('refused', '--problems', '--json');
    expect(JSON.parse(stdout)).toEqual({ result: 'refused', findings: samples.preflight.findings.slice(0, 2) });
  });
});
