import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settings } from '../fields/settings.js';
import { commands } from './index.js';
import { isNotOffered } from './not-offered.js';

const guide = readFileSync(new URL('../../../../../docs/guides/loadmaster.md', import.meta.url), 'utf8');
const rows = [...guide.matchAll(/^\| `([a-z.]+)` \| (viewer|operator|admin) \|([^|]*)\|/gm)];
const inCode = (text: string) => [...spelledOut(text).matchAll(/`([^`]+)`/g)].map(([, code]) => code);

/** `san1` to `san10`, one by one. */
function spelledOut(text: string): string {
  return text.replace(/`([a-z]+)1` to `\1(\d+)`/g, (_range, name, last) =>
    Array.from({ length: Number(last) }, (_, index) => `\`${name}${index + 1}\``).join(', '),
  );
}

/** The fields of the table in the section that a cell links to: `[its fields](#fields-of-real-servers)`. */
function linked(cell: string): (string | undefined)[] {
  return [...cell.matchAll(/\(#(fields-of-[a-z-]+)\)/g)].flatMap(([, anchor = '']) => {
    const title = `### F${anchor.slice(1).replaceAll('-', ' ')}\n`;
    const [section = ''] = guide.slice(guide.indexOf(title) + title.length).split(/^##/m);
    return [...section.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, names = '']) => inCode(names));
  });
}

test('the guide lists every command, with its role and parameters', () => {
  const listed = rows.map(([, name, role, cell = '']) => ({
    ...{ name, role },
    parameters: [...inCode(cell), ...linked(cell)].sort(),
  }));
  const served = commands.map(({ name, role, parameters }) => ({ name, role, parameters: [...parameters].sort() }));
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
    (a.name ?? '').localeCompare(b.name ?? '');
  expect(listed.sort(byName)).toEqual(served.sort(byName));
});

test('the guide lists every parameter of get and set', () => {
  const [, table = ''] = /^\| parameter \| value \|\n\|---\|---\|\n((?:\|.*\n)*)/m.exec(guide) ?? [];
  const listed = table.split('\n').flatMap(row => inCode(row.split('|')[1] ?? ''));
  expect(listed.sort()).toEqual(settings.map(({ name }) => name).sort());
});

test('the guide names commands that answer 422', () => {
  const [, sentence = ''] = /answer 422 and their own name: (.*?) Any other name/s.exec(guide) ?? [];
  const listed = inCode(sentence);
  expect(listed.length).toBeGreaterThan(15);
  expect(listed.filter(name => !isNotOffered(name ?? ''))).toEqual([]);
});
