import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What a decision may use: nothing of it reads, writes, waits or asks a clock. Types may come from anywhere. */
const allowedImports = [/^\.\//, /^@certfleet\/contract$/, /^tldts$/, /^node:(crypto|net|url)$/];
/** Of these modules, which do more than that: only these names. */
const allowedNames = new Set(['createHash', 'isIP', 'isIPv4', 'domainToASCII', 'domainToUnicode']);
const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.|set(Timeout|Interval|Immediate)|await|fetch\()/;

const files = readdirSync(import.meta.dirname).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'));

test.each(files)('%s decides by what it is given alone', file => {
  const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
  for (const [, names = '', module = ''] of source.matchAll(/^import (?!type )(.+?) from '(.+?)';/gms)) {
    expect(
      allowedImports.some(pattern => pattern.test(module)),
      `import of ${module}`,
    ).toBe(true);
    if (!module.startsWith('node:')) continue;
    for (const name of names.match(/\w+/g) ?? []) expect(allowedNames, `import from ${module}`).toContain(name);
  }
  const code = source.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
  expect(impure.exec(code)?.[0]).toBeUndefined();
});
