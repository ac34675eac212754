import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { content } from './commands/index.js';
import { buildProgram } from './program.js';
import { renderCliReference } from './reference.js';

test('docs/reference/cli.md says what the command takes', async () => {
  const nowhere = new Writable();
  const program = buildProgram(content, { out: nowhere, err: nowhere, columns: null }, () => Promise.resolve());
  await expect(renderCliReference(program)).toMatchFileSnapshot('../../../docs/reference/cli.md');
});
