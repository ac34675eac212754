/** Names and words that must not be in the repository. */
import { expect, test } from 'vitest';
import { files, textOf } from './tree.js';

/** Put together at run time, so that this file does not hold what it looks for. */
const host = (...labels: string[]) => labels.join('.');

const forbidden: [string, RegExp, (file: string) => boolean][] = [
  [
    'a mark of unfinished work',
    new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`),
    isText,
  ],
  ['a path of one machine', new RegExp(`(^|[\\s"'\`(=])/${'work'}/`, 'm'), isText],
  [
    'a registry or mirror by name: the one that the machine is configured for is used',
    new RegExp(
      [
        host('registry', 'npmjs', 'org'),
        host('registry', 'yarnpkg', 'com'),
        host('deb', 'debian', 'org'),
        host('security', 'debian', 'org'),
        host('archive', 'ubuntu', 'com'),
        host('proxy', 'golang', 'org'),
        host('files', 'pythonhosted', 'org'),
      ]
        .map(name => name.replaceAll('.', '\\.'))
        .join('|'),
    ),
    () => true,
  ],
  [
    'a test that is switched off, or switches off the others',
    new RegExp(`\\b(it|test|describe)\\.(${['sk' + 'ip', 'on' + 'ly', 'to' + 'do'].join('|')})\\b`),
    file => /\.test\.tsx?$/.test(file),
  ],
];

function isText(file: string): boolean {
  return (
    /\.(tsx?|mjs|js|json|md|ya?ml|bash|sh|css|html|sql)$|^(script|\.ci)\//.test(file) && file !== 'package-lock.json'
  );
}

test.each(forbidden)('no file holds %s', (_what, pattern, concerns) => {
  const found = files.filter(concerns).flatMap(file => {
    const line = textOf(file)
      .split('\n')
      .findIndex(text => pattern.test(text));
    return line === -1 ? [] : [`${file}:${line + 1}`];
  });
  expect(found).toEqual([]);
});

test('no file or folder has a name that says nothing', () => {
  const grabBags = files.filter(file => /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\.[a-z.]+)?(\/|$)/i.test(file));
  expect(grabBags).toEqual([]);
});

test('the lockfile names no registry, so that it works with every mirror', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
  const urls = Object.entries(packages).filter(([, { resolved }]) => resolved?.includes('://'));
  expect(urls).toEqual([]);
});
