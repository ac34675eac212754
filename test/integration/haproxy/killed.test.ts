import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundle } from '../../harness/bundle.js';
import { findHaproxy } from '../../harness/haproxy.js';
import { startLoad } from '../../harness/load.js';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';
import { openInstance, startRealServer } from './fixture.js';

const program = await bundle(join(import.meta.dirname, 'killed.child.ts'));

/** Runs the controlling process until it has said `ready`; more of it is up to the moment at which it is killed. */
async function startController(directory: string, model: object, work: string) {
  const args = [program, directory, (await findHaproxy()).path, JSON.stringify(model), work];
  const controller = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void controller.kill('SIGKILL'));
  await once(controller.stdout, 'data');
  return {
    async kill() {
      const exit = once(controller, 'exit');
      controller.kill('SIGKILL');
      await exit;
    },
  };
}

test.each([
  ['changing challenges', 'challenges'],
  ['changing virtual services', 'structure'],
])(
  'killed again and again while %s, under load: HAProxy serves on, the next process adopts it',
  { timeout: 240_000 },
  async (_, work) => {
    const directory = createWorkdir('haproxy').path;
    const instance = await openInstance(directory);
    const port = await freePort();
    const realServers = [{ index: 1, ...(await startRealServer()) }];
    const model = { virtualServices: [{ index: 1, type: 'http' as const, address: '127.0.0.1', port, realServers }] };
    await instance.start(model);
    const master = (await instance.processes())?.master.pid;

    const load = startLoad({ url: `http://127.0.0.1:${port}/`, concurrency: 2, mode: 'new-connection' });
    for (let kill = 1; kill <= 4; kill += 1) {
      const controller = await startController(directory, model, work);
      // Another moment each time: so many requests later.
      await load.reached(kill * 400);
      await controller.kill();
      const next = await openInstance(directory);
      const started = await next.start(model);
      expect(started.adopted).toBe(true);
      expect(await next.runningConfiguration()).toBe(started.configurationHash);
      expect((await next.processes())?.master.pid).toBe(master);
      // It is as stored: starting again finds nothing to do.
      expect(await next.start(model)).toMatchObject({ action: 'unchanged' });
      await next.challenges.cleanUp((await next.challenges.list()).map(({ token }) => token));
    }
    const { sent, answered, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(answered).toBe(sent);
  },
);
