/** Opens a store, says so, and writes rows until it is killed; says each one's name after it is committed. */
import { openStore } from '../../../packages/server/src/store/index.js';

const [url = '', work] = process.argv.slice(2);
const store = await openStore({ url, masterKey: Buffer.alloc(32, 7) });
process.stdout.write('open\n');
setInterval(() => undefined, 60_000);

/** Several at a time, so that some share a commit. */
async function write(writer: number): Promise<void> {
  for (let number = 0; ; number++) {
    const name = `${writer}-${number}`;
    await store.transaction(async tx => {
      await tx.settings.set(name, { number });
      await tx.events.append({
        actor: 'system',
        action: 'row.written',
        subject: name,
        outcome: 'succeeded',
        message: name,
      });
    });
    process.stdout.write(`${name}\n`);
  }
}

if (work === 'write') await Promise.all([1, 2, 3, 4].map(write));
