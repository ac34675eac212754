import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../testing/run.js';

const execute = promisify(execFile);
let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
  script = join(folder, 'certfleet.bash');
  await writeFile(script, (await run(['completion', 'bash'])).stdout);
});
afterAll(() => rm(folder, { recursive: true }));

describe('completion in bash', () => {
  test('the script is valid', async () => {
    await execute('bash', ['-n', script]);
  });

  test.each([
    ['certfleet ce', ['certificate']],
    ['certfleet certificate re', ['request', 'renew', 'revoke']],
    ['certfleet certificate renew www --w', ['--wait']],
    ['certfleet certificate list --status e', ['expired']],
    ['certfleet user create bob --role ', ['viewer', 'operator', 'admin']],
    ['certfleet virtual-service create --type h', ['http', 'https']],
    ['certfleet completion f', ['fish']],
    ['certfleet help to', ['token']],
  ])('%s', async (line, expected) => {
    expect(await complete(line)).toEqual(expected);
  });
});

/** What bash offers for the last word of a line. */
async function complete(line: string): Promise<string[]> {
  const words = line.split(' ');
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _certfleet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execute('bash', ['-c', program, 'bash', script, ...words]);
  return stdout.split('\n').filter(Boolean);
}

describe.each([
  ['zsh', `'directory:Show a CA'\\''s directory: terms, profiles, ARI'`],
  ['fish', `-a directory -d 'Show a CA\\'s directory: terms, profiles, ARI'`],
])('completion in %s', (shell, quoted) => {
  test('knows the commands, their options and what those take', async () => {
    const { stdout } = await run(['completion', shell]);
    expect(stdout).toContain(quoted);
    for (const word of ['virtual-service', 'add-real-server', 'key-algorithm', 'RSA-2048']) {
      expect(stdout).toContain(word);
    }
  });
});

test('another shell is refused', async () => {
  expect(await run(['completion', 'powershell'])).toMatchObject({ exitCode: 2, stdout: '' });
});
