import { type ClientConfig, concurrency, type FromClient, type ToClient } from './round.js';
import { countTraffic, type Traffic } from './traffic.js';

/** What is measured. */
export interface Client {
  /** Obtains certificates for these names, {@link concurrency} at a time. */
  obtainAll(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The main function of a client's process: does what the benchmark asks for and measures only that. */
export function serveRounds(prepare: (config: ClientConfig) => Promise<Client>): void {
  let traffic: Traffic;
  let client: Client | undefined;

  async function handle(message: ToClient): Promise<FromClient> {
    if ('configure' in message) {
      traffic = countTraffic(Number(new URL(message.configure.directoryUrl).port));
      client = await prepare(message.configure);
      return { ready: true };
    }
    const { issue, prefix } = message;
    const names = Array.from({ length: issue }, (_, n) => `${prefix}-${n}.example.com`);
    const before = { ...traffic };
    const cpuBefore = process.cpuUsage();
    const started = performance.now();
    await client?.obtainAll(names);
    const seconds = (performance.now() - started) / 1000;
    const cpu = process.cpuUsage(cpuBefore);
    return {
      round: {
        certificates: issue,
        seconds,
        cpuMs: (cpu.user + cpu.system) / 1000,
        requests: traffic.requests - before.requests,
        heads: traffic.heads - before.heads,
        connections: traffic.connections,
      },
    };
  }

  process.on('message', (message: ToClient) => {
    handle(message).then(
      answer => process.send?.(answer),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', async () => {
    await client?.close();
    process.exit();
  });
}

/** The usual loop: as many at a time as in every client, the next as soon as one is done. */
export async function inLoop(names: readonly string[], obtainOne: (name: string) => Promise<void>): Promise<void> {
  const next = names.values();
  const worker = async () => {
    for (const name of next) await obtainOne(name);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
