import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findPart, unpackedParts } from '../../harness/parts.js';
import { CommandLine } from './command.js';

/*
 * The completion scripts in the shells themselves: bash and zsh on a terminal, where a line is typed that ends with the
 * tab key, and return; fish is asked what it would offer.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const execute = promisify(execFile);
const admin = new CommandLine();
const home = admin.home.path;

beforeAll(async () => {
  await mkdir(join(home, 'functions'));
  for (const [shell, file] of [
    ['bash', 'certfleet.bash'],
    ['zsh', 'functions/_certfleet'],
    ['fish', 'certfleet.fish'],
  ] as const) {
    const { exitCode, stdout, stderr } = await admin.run(['completion', shell]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    await writeFile(join(home, file), stdout);
  }
  await writeFile(join(home, 'a request.pem'), '');
  // What is typed is run: then the prompt's shell says what it was, and ends.
  const ready = `certfleet() { printf '%s\\n' "$@" >"$HOME/typed"; exit; }; PS1='READY>'`;
  await writeFile(join(home, 'bash.rc'), `source "$HOME/certfleet.bash"; ${ready}\n`);
  const zsh = `autoload -Uz compinit; compinit -u -D`;
  const sourced = `${zshPlaces}; ${zsh}; source "$HOME/functions/_certfleet"; ${ready}\n`;
  const found = `${zshPlaces}; fpath+=("$HOME/functions"); ${zsh}; ${ready}\n`;
  for (const [folder, rc] of Object.entries({ sourced, found })) {
    await mkdir(join(home, folder));
    await writeFile(join(home, folder, '.zshrc'), rc);
  }
});
afterAll(() => admin.home.remove());

const lines: [typed: string, completed: string[]][] = [
  ['certif', ['certificate']],
  ['certificate req', ['certificate', 'request']],
  ['virtual-service create --ty', ['virtual-service', 'create', '--type']],
  ['certificate list --status e', ['certificate', 'list', '--status', 'expired']],
  ['certificate list --status=e', ['certificate', 'list', '--status=expired']],
  ['certificate list --search show --sor', ['certificate', 'list', '--search', 'show', '--sort']],
  ['certificate request www --csr a', ['certificate', 'request', 'www', '--csr', 'a request.pem']],
  ['solver create dns --set-file apiToken=a', ['solver', 'create', 'dns', '--set-file', 'apiToken=a request.pem']],
  ['backup create a', ['backup', 'create', 'a request.pem']],
  ['completion f', ['completion', 'fish']],
  ['help to', ['help', 'token']],
];

describe.each([
  ['bash', ['--rcfile', join(home, 'bash.rc'), '-i'], {}],
  ['zsh, sourced', ['-d', '-i'], { ZDOTDIR: join(home, 'sourced') }],
  ['zsh, found by compinit', ['-d', '-i'], { ZDOTDIR: join(home, 'found') }],
] as const)('%s', (title, options, env) => {
  test.each(lines)('certfleet %s', async (line, words) => {
    const shell = title.startsWith('zsh') ? findPart('zsh') : 'bash';
    expect(await typed(`certfleet ${line}\t\r`, [shell, ...options], env)).toEqual(words);
  });
});

describe('fish', () => {
  test.each(lines)('certfleet %s', async (line, words) => {
    const command = 'source ~/certfleet.fish; complete -C $argv[1]';
    const { stdout } = await execute(findPart('fish'), ['--no-config', '-c', command, `certfleet ${line}`], {
      cwd: home,
      env: { HOME: home, PATH: process.env.PATH },
    });
    const offered = stdout.split('\n').filter(Boolean);
    expect(offered.map(text => text.split('\t')[0])).toEqual([words.at(-1)]);
  });
});

/** A zsh that was unpacked, not installed, looks for its modules and functions where it would have been installed. */
const zshPlaces = `for place in ${unpackedParts}/usr/lib/*/zsh/*(N/); do module_path+=($place); done
  fpath+=(${unpackedParts}/usr/share/zsh/functions/**/*(N/))`;

/** Starts the shell on a terminal of its own, types the keys when its prompt is there, and waits until it ends. */
const onTerminal = `${zshPlaces}
  zmodload zsh/zpty || exit
  zpty shell "\${(@q)@[2,-1]}"
  zpty -r shell shown '*READY>*' || { print -r -- "No prompt: $shown"; exit 1 }
  zpty -w -n shell "$1"
  while zpty -r shell shown; do :; done`;

/** The words that `certfleet` was run with. */
async function typed(keys: string, shell: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const answer = join(home, 'typed');
  await rm(answer, { force: true });
  await execute(findPart('zsh'), ['-f', '-c', onTerminal, 'zsh', keys, ...shell], {
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH, TERM: 'dumb', ...env },
    timeout: 60_000,
  });
  return (await readFile(answer, 'utf8')).trimEnd().split('\n');
}
