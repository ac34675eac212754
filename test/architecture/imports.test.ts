/** Imports flow acme, contract → haproxy, plugins → server → cli, and never back. */
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { files, textOf } from './tree.js';

/** What each package may import of the others. A new package has to be put here. */
const allowed: Record<string, readonly string[]> = {
  acme: [],
  contract: [],
  haproxy: ['acme', 'contract'],
  plugins: ['acme', 'contract', 'haproxy'],
  server: ['acme', 'contract', 'haproxy', 'plugins'],
  agent: ['contract', 'haproxy', 'plugins'],
  cli: ['contract', 'server'],
  web: ['contract'],
};

interface Import {
  file: string;
  from: string;
}

const statement =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function importsOf(file: string): Import[] {
  return [...textOf(file).matchAll(statement)].map(match => ({ file, from: match[1] ?? match[2] ?? match[3] ?? '' }));
}

const sources = files.filter(file => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(file));
const imports = sources.flatMap(importsOf);
const packageOf = (file: string) => file.split('/')[1] ?? '';

test('the packages are the ones that the design knows', () => {
  const found = new Set(files.filter(file => file.startsWith('packages/')).map(packageOf));
  expect([...found].filter(name => !(name in allowed))).toEqual([]);
});

test('the sources import something, and it is found', () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(imports.length).toBeGreaterThan(sources.length);
});

test('no package imports one that it must not know', () => {
  const breaches = imports.filter(({ file, from }) => {
    const [, other] = /^@certfleet\/([^/]+)/.exec(from) ?? [];
    return other !== undefined && other !== packageOf(file) && !allowed[packageOf(file)]?.includes(other);
  });
  expect(breaches).toEqual([]);
});

test('no package depends on one that it must not know', () => {
  const breaches = Object.keys(allowed).flatMap(name => {
    const manifest = `packages/${name}/package.json`;
    if (!files.includes(manifest)) return [];
    const { dependencies = {} } = JSON.parse(textOf(manifest)) as { dependencies?: Record<string, string> };
    return (
      Object.keys(dependencies)
        .filter(dependency => dependency.startsWith('@certfleet/'))
        // The server hands out the built pages, and imports nothing of them.
        .filter(dependency => !(name === 'server' && dependency === '@certfleet/web'))
        .filter(dependency => !allowed[name]?.includes(dependency.slice('@certfleet/'.length)))
        .map(dependency => `${name} → ${dependency}`)
    );
  });
  expect(breaches).toEqual([]);
});

test('no file reaches into another package past its exports', () => {
  const breaches = imports.filter(({ file, from }) => {
    if (/^@certfleet\/[^/]+\/(src|dist)\b/.test(from)) return true;
    if (!from.startsWith('.')) return false;
    return !normalize(join(dirname(file), from)).startsWith(`packages/${packageOf(file)}/src/`);
  });
  expect(breaches).toEqual([]);
});

test('no package ships or imports anything of test/', () => {
  expect(imports.filter(({ from }) => /(^|\/)test\//.test(from))).toEqual([]);
});

test('the domain is pure: no input or output, no clock, no chance', () => {
  const domain = sources.filter(file => file.startsWith('packages/server/src/domain/') && !file.endsWith('.test.ts'));
  expect(domain.length).toBeGreaterThan(0);
  const impure = domain.flatMap(importsOf).filter(({ file, from }) => {
    if (from.startsWith('.')) return !normalize(join(dirname(file), from)).startsWith('packages/server/src/domain/');
    // Names are checked with node:net and node:url; neither opens anything for that.
    return from.startsWith('node:') && !['node:crypto', 'node:net', 'node:url'].includes(from);
  });
  expect(impure).toEqual([]);
  const clocks = domain.filter(file =>
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.[a-z]/.test(textOf(file)),
  );
  expect(clocks).toEqual([]);
});
