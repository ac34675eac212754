import { once } from 'node:events';
import type { CommandSpec } from '../command.js';
import { exitCodes } from '../exit-codes.js';

export const serve: CommandSpec = {
  name: 'serve',
  summary: 'Run the server, until it is told to stop',
  details: [
    'Reads certfleet.yaml and CERTFLEET_… variables; see docs/reference/configuration.md.',
    'The first start prints a link with which the first administrator is made. HAProxy serves on when the server stops.',
  ],
  flags: [{ name: 'config', placeholder: 'file', help: 'certfleet.yaml, if it is not where it usually is.' }],
  examples: ['serve', 'serve --config /etc/certfleet/certfleet.yaml'],
  plain: true,
  async run({ flags, world }) {
    // Loaded here: no other command needs the server's code.
    const { serve: start } = await import('@certfleet/server');
    const stopped = world.interruption();
    const server = await start({ configFile: flags.text('config'), env: world.env, cwd: process.cwd() });
    const { out } = world.terminal;
    out.write(`Certfleet answers at ${server.url}\n`);
    out.write(`Fingerprint of its certificate (SHA-256): ${server.fingerprint}\n`);
    if (server.setupLink !== null) {
      const ends = server.setupEnds === null ? '' : ` until ${server.setupEnds.toISOString()}`;
      out.write(`Make the first administrator with this link, which works once${ends}:\n  ${server.setupLink}\n`);
    }
    if (!stopped.aborted) await once(stopped, 'abort');
    out.write('Stopping: what is under way comes to its next safe step. HAProxy serves on.\n');
    await server.stop();
    return exitCodes.ok;
  },
};
