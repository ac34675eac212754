import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { terminalPrompter } from './prompt.js';
import type { Terminal } from './terminal.js';

function terminal(interactive = true): Terminal & { in: PassThrough; err: PassThrough } {
  return {
    in: new PassThrough(),
    out: new PassThrough(),
    err: new PassThrough(),
    interactive,
    columns: 80,
    colour: false,
  };
}

async function typed(keys: string, ask: (prompter: ReturnType<typeof terminalPrompter>) => Promise<unknown>) {
  const at = terminal();
  at.in.write(keys);
  const answer = await ask(terminalPrompter(at));
  at.err.end();
  return { answer, shown: await text(at.err) };
}

describe('a question on standard error', () => {
  test('a secret is not shown, not even with corrections', async () => {
    const { answer, shown } = await typed('hunterX\u007f2\r', prompter => prompter.secret('Password'));
    expect(answer).toBe('hunter2');
    expect(shown).toBe('Password: \n');
  });

  test('other text is', async () => {
    const { answer, shown } = await typed('alice\r', prompter => prompter.text('Name'));
    expect(answer).toBe('alice');
    expect(shown).toMatch(/Name: .*a.*l.*i.*c.*e/s);
  });

  test.each([
    ['y\r', true],
    ['Yes\r', true],
    ['\r', false],
    ['n\r', false],
    ['yep\r', false],
  ])('%j is %s', async (keys, expected) => {
    expect((await typed(keys, prompter => prompter.confirm('Sure?'))).answer).toBe(expected);
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s cancels', async (_, key) => {
    await expect(typed(key, prompter => prompter.secret('Password'))).rejects.toMatchObject({ exitCode: 2 });
  });

  test('nobody to ask is a failure that names the question', async () => {
    await expect(terminalPrompter(terminal(false)).secret('Password')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('"Password"'),
    });
  });
});
