import { type LoadOptions, startLoad } from '../harness/load.js';

/**
 * Loads servers from a process of its own, so that it doesn't compete with what is measured for one thread: the loads
 * in its first argument (JSON, {@link LoadOptions}[]) run until standard input ends and 5,000 requests were sent in
 * all. Writes `ready` when each has had 50 answers, and at the end one line of JSON: what became of all requests.
 */
const options: LoadOptions[] = JSON.parse(process.argv[2] ?? '[]');
const loads = options.map(startLoad);
await Promise.all(loads.map(load => load.reached(50)));
process.stdout.write('ready\n');
process.stdin.resume();
await new Promise(resolve => process.stdin.once('end', resolve));
await Promise.all(loads.map(load => load.reached(Math.ceil(5000 / loads.length))));
const results = await Promise.all(loads.map(load => load.stop()));
process.stdout.write(
  `${JSON.stringify({
    sent: results.reduce((sum, { sent }) => sum + sent, 0),
    failures: results.flatMap(({ failures }) => failures),
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
  })}\n`,
);
