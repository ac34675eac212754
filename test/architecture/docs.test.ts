/** Every file that a document names is there. */
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { files, textOf } from './tree.js';

const documents = files.filter(file => file.endsWith('.md'));
const folders = new Set(files.flatMap(parents));

function parents(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function exists(path: string): boolean {
  const clean = normalize(path).replace(/\/$/, '');
  return clean === '.' || files.includes(clean) || folders.has(clean);
}

/** Without code blocks, in which paths are examples. */
function prose(document: string): string {
  return textOf(document).replace(/^```[\s\S]*?^```/gm, '');
}

test('there are documents', () => {
  expect(documents).toContain('CONTRIBUTING.md');
});

test.each(documents)('the relative links of %s lead somewhere', document => {
  const dead = [...prose(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter(target => target !== '' && !/^[a-z]+:/i.test(target))
    .filter(target => !exists(join(dirname(document), target)));
  expect(dead).toEqual([]);
});

const ours = /^(packages|test|script|docs|\.ci)\/[\w./@-]+$/;
const withExtension = /^[\w@.-]+(\/[\w@.-]+)+\.(tsx?|mjs|bash|json|md|sql|css)$/;

test.each(documents)('the paths in code spans of %s are files or folders', document => {
  const dead = [...prose(document).matchAll(/`([^`\n]+)`/g)]
    // `script/test --all-nodes` names a file, too.
    .map(([, span = '']) => span.split(' ')[0] ?? '')
    .filter(span => ours.test(span) || withExtension.test(span))
    // What a build or a start leaves behind is not in the repository.
    .filter(span => !/(^|\/)(dist|node_modules)(\/|$)|^\.cache\//.test(span))
    // A document may leave out the beginning, such as `http/routes.ts` where only the server is spoken of.
    .filter(span => !exists(span) && !files.some(file => file.endsWith(`/${span}`)));
  expect(dead).toEqual([]);
});
