import { once } from 'node:events';
import type { CommandSpec } from '../command.js';
import { readFingerprint, showFingerprint } from '../connection/fingerprint.js';
import { moment } from '../output/time.js';
import { configFlag, sources, withServer } from '../server-package.js';

export const serve: CommandSpec = {
  name: 'serve',
  summary: 'Run the server, until it is told to stop',
  details: [
    'Reads certfleet.yaml and CERTFLEET_… variables; see docs/reference/configuration.md.',
    'The first start prints a link with which the first administrator is made. HAProxy serves on when the server stops.',
  ],
  flags: [configFlag],
  examples: ['serve', 'serve --config /etc/certfleet/certfleet.yaml'],
  plain: true,
  async run(invocation) {
    const { world, print } = invocation;
    const { out } = world.terminal;
    const stopped = world.interruption();
    const server = await withServer(invocation, ({ serve: start }) => start(sources(invocation)));
    out.write(`Certfleet answers at ${server.url}\n`);
    out.write(`Fingerprint of its certificate (SHA-256): ${showFingerprint(readFingerprint(server.fingerprint))}\n`);
    if (server.setupLink !== null) {
      const ends = server.setupEnds === null ? '' : ` until ${moment(server.setupEnds.toISOString(), print.format)}`;
      out.write(`Make the first administrator with this link, which works once${ends}:\n  ${server.setupLink}\n`);
    }
    if (server.paused !== null) {
      out.write(
        `It is paused since ${moment(server.paused.since, print.format)}: ${server.paused.reason}\nNothing is issued, renewed or deployed until: certfleet system resume\n`,
      );
    }
    if (!stopped.aborted) await once(stopped, 'abort');
    out.write('Stopping: what is under way comes to its next safe step. HAProxy serves on.\n');
    await server.stop();
    return undefined;
  },
};
