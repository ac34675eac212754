import { PluginError, type PluginErrorReason } from '@certfleet/plugins';
import { expect, test } from 'vitest';
import { failedBy, finding, report } from './findings.js';

test('the worst comes first and is the result; else the order stays', () => {
  const [one, two, three, four] = [
    finding('caa', 'a.example', 'ok', 'fine'),
    finding('caa', 'b.example', 'warning', 'perhaps'),
    finding('http-01', 'a.example', 'unknown', 'dark'),
    finding('dns-01', 'a.example', 'warning', 'slow'),
  ] as const;
  const refused = finding('identifier', 'x', 'refused', 'no');
  expect(report([one, two, three, four])).toEqual({ result: 'warning', findings: [two, four, three, one] });
  expect(report([one, refused])).toEqual({ result: 'refused', findings: [refused, one] });
  expect(report([])).toEqual({ result: 'ok', findings: [] });
});

test.each<[PluginErrorReason, string]>([
  ['config', 'refused'],
  ['credentials', 'refused'],
  ['unavailable', 'warning'],
  ['rateLimited', 'warning'],
  ['conflict', 'warning'],
])('a plugin’s failure %s: %s', (reason, result) => {
  expect(failedBy(new PluginError(reason, 'what it said'))).toEqual({ result, message: 'what it said' });
});

test('any other failure is a defect', () => {
  expect(() => failedBy(new TypeError('oops'))).toThrow('oops');
});
