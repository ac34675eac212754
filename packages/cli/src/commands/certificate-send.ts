import { CertificateMail, operations } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { flagsFor } from '../flags.js';
import { name } from './arguments.js';
import { versionFlag } from './certificate-input.js';

const { send } = operations.certificate;

/** The chain alone: a private key is never mailed. */
export const sendCommand: CommandSpec = {
  name: 'send',
  summary: send.summary,
  details: ['The chain is attached as PEM, the leaf first. It is sent once, now.'],
  arguments: [name('The certificate')],
  operation: send,
  flags: flagsFor(CertificateMail, {
    channel: { placeholder: 'name' },
    to: { placeholder: 'address', help: 'Who gets it; may be repeated.' },
    version: [versionFlag],
  }),
  examples: ['certificate send www --channel ops --to partner@example.org'],
  async run(invocation) {
    const body = invocation.body(CertificateMail);
    const result = await invocation.call(send, { params: { name: invocation.argument('name') }, body });
    invocation.print.result(result, () => `${result.message}\n`);
    return undefined;
  },
};
