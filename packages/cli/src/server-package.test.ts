import { describe, expect, test } from 'vitest';
import type { World } from './command.js';
import { run } from './testing/run.js';

class ConfigError extends Error {}

/** A server package whose store rotates as `rotateSecrets` says. */
function serverWith(rotateSecrets: () => Promise<unknown>): { world: Partial<World>; closed: () => number } {
  let closed = 0;
  const store = {
    rotateSecrets,
    close: async () => {
      closed += 1;
    },
  };
  const server = { ConfigError, openConfiguredStore: async () => ({ store, config: {} }) };
  return { world: { loadServer: async () => server as never }, closed: () => closed };
}

const failing = (error: Error) => serverWith(() => Promise.reject(error));
const rotate = (world: Partial<World>, ...more: string[]) => run(['secrets', 'rotate', ...more], { world });

describe('a command that opens the store itself', () => {
  test('says what was done, and closes it', async () => {
    const { world, closed } = serverWith(async () => ({ resumed: false, resealed: 3, retiredKeysLeft: 1 }));
    const { exitCode, stdout } = await rotate(world);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      'Made a new data key.\nSealed 3 secrets again.\nOther servers may still use an old data key for some minutes; a later start deletes it.\n',
    );
    expect(closed()).toBe(1);
  });

  test.each<[string, Error, number, RegExp]>([
    [
      'a configuration that is not valid',
      new ConfigError('listen.port "x"'),
      2,
      /listen\.port "x"\nWhat to do: Correct/,
    ],
    [
      'an error that the server foresaw',
      Object.assign(new Error('Process 12 has it.'), { code: 'store-in-use' }),
      1,
      /Another server uses this store: Process 12 has it\.\nWhat to do: Stop it/,
    ],
    [
      'an error of the system',
      Object.assign(new Error("EACCES: permission denied, open '/var/lib/certfleet'"), {
        code: 'EACCES',
        syscall: 'open',
      }),
      1,
      /EACCES.*\nWhat to do: Correct what the system complains about/,
    ],
    ['anything else', new TypeError('no'), 1, /A defect in this command: no/],
  ])('%s is told; the store is closed', async (_, error, exitCode, message) => {
    const { world, closed } = failing(error);
    const result = await rotate(world);
    expect(result.stderr).toMatch(message);
    expect(result.exitCode).toBe(exitCode);
    expect(closed()).toBe(1);
  });
});

test('a master key from the environment is not changed in a file that is not used', async () => {
  const result = await run(['secrets', 'change-master-key'], { env: { CERTFLEET_MASTER_KEY: 'x' } });
  expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CERTFLEET_MASTER_KEY') });
});
