import { execFileSync } from 'node:child_process';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { content } from './commands/index.js';
import { buildProgram } from './program.js';
import { processTerminal } from './terminal.js';
import { run } from './testing/run.js';

const program = buildProgram(content, processTerminal({}), () => Promise.resolve());

function paths(command: Command, path: string[] = []): string[][] {
  return [path, ...command.commands.flatMap(one => paths(one, [...path, one.name()]))];
}

describe('help', () => {
  test.each(paths(program).map(path => path.join(' ')))('certfleet %s --help', async path => {
    const { exitCode, stdout, stderr } = await run([...path.split(' ').filter(Boolean), '--help']);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Usage: ${['certfleet', path].filter(Boolean).join(' ')} `));
    expect(stdout).not.toContain('undefined');
    const [explanation = ''] = stdout.split('\nExamples:');
    // A long placeholder has a line of its own; everything else fits.
    const long = explanation.split('\n').filter(line => line.length > 80 && !/^ {2}--\S+ <\S+>$/.test(line));
    expect(long.filter(line => !line.startsWith('Usage:'))).toEqual([]);
  });

  test('an example of each help is a command line that works', async () => {
    const examples = [...content.commands, ...content.groups.flatMap(({ commands }) => commands)]
      .flatMap(({ examples }) => examples ?? [])
      .filter(
        example =>
          !/^(login|serve|completion|backup|event export|certificate bulk-export)|--password|--role operator$|--ca-certificate|--key-file|--file/.test(
            example,
          ),
      );
    for (const example of examples) {
      // As it is typed: a shell takes the quotes away.
      const typed = execFileSync('sh', ['-c', `printf '%s\\n' ${example.replace(/ >.*/, '')}`], { encoding: 'utf8' });
      const argv = typed
        .trimEnd()
        .split('\n')
        .filter(word => word !== '--wait');
      const lists = argv.filter(word => /^\w+=\[/.test(word)).map(word => word.slice(word.indexOf('=') + 1));
      for (const list of lists) expect(() => JSON.parse(list), example).not.toThrow();
      const { stderr, exitCode } = await run([...argv], { answers: ['y'] });
      expect(`${example}: ${exitCode === 0 ? '' : stderr}`).toBe(`${example}: `);
    }
  });
});
