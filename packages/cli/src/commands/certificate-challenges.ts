import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CertificateChallenges, type Challenge, operations, Verification } from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { writeWhole } from '../file-output.js';
import { type Fact, type Format, renderFacts, type Tone } from '../output/table.js';
import { momentAndDistance } from '../output/time.js';
import { baselineOf } from '../wait/progress.js';
import { waitFlags, waitFor } from '../wait/wait.js';
import { name } from './arguments.js';
import { certificateText } from './certificate-view.js';

const ops = operations.certificate;
const theCertificate = name('The certificate');

/** Milliseconds between two looks for the next order's challenges, and how long at the most. */
const interval = 500;
const patience = 30_000;

const stateTones: Record<Challenge['state'], Tone> = {
  open: 'bad',
  confirmed: 'good',
  presented: 'good',
  removable: 'dim',
};

export const challengesCommand: CommandSpec = {
  name: 'challenges',
  summary: ops.challenges.summary,
  details: [
    'Those that a person has to present are open. Each value stands on a line of its own, to be copied as it is.',
    'With --save the files of http-01 are written; the web server has to show that folder as /.well-known/acme-challenge.',
  ],
  arguments: [theCertificate],
  operation: ops.challenges,
  flags: [
    { name: 'identifier', placeholder: 'name', help: 'Only those of this name.' },
    { name: 'value-only', help: 'Print nothing but the values of what people present, one on each line.' },
    { name: 'save', placeholder: 'folder', help: 'Write the files of http-01 that people present into this folder.' },
  ],
  examples: [
    'certificate challenges shop',
    'certificate challenges shop --save /var/www/html/.well-known/acme-challenge',
    'certificate challenges shop --identifier example.com --value-only',
  ],
  async run(invocation) {
    const { flags, print } = invocation;
    const all = await invocation.call(ops.challenges, { params: { name: invocation.argument('name') } });
    const wanted = flags.text('identifier')?.replace(/^\*\./, '');
    const challenges = all.challenges.filter(({ identifier }) => wanted === undefined || identifier === wanted);
    if (wanted !== undefined && challenges.length === 0) {
      throw usageFailure(`No challenge of ${all.certificate} is for ${wanted}.`, 'List them without --identifier.');
    }
    const shown = { ...all, challenges };
    const folder = flags.text('save');
    if (folder !== undefined) await save(invocation, challenges, folder);
    if (flags.has('value-only')) print.result(shown, () => values(challenges));
    else print.result(shown, () => challengesText(shown, print.format));
    return undefined;
  },
};

export const verifyCommand: CommandSpec = {
  name: 'verify',
  summary: ops.verify.summary,
  details: [
    'Looks from the server: for http-01 at every address of the name as a CA does, for dns-01 at every name server of the zone. Says of each what was found instead, and ends with 1 unless all are there.',
  ],
  arguments: [theCertificate],
  operation: ops.verify,
  flags: [
    {
      name: 'anyway',
      field: ['anyway'],
      help: 'Tell the CA to look even if not all are found from here, as where the DNS looks different inside. What it does not find counts as a failed attempt.',
    },
    ...waitFlags,
  ],
  examples: ['certificate verify shop --wait'],
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const { print, flags } = invocation;
    const before = flags.has('wait') ? await invocation.call(ops.show, { params }) : null;
    const result = await invocation.call(ops.verify, { params, body: invocation.body(Verification) });
    const text = () => result.challenges.map(challenge => `${challengeText(challenge, print.format)}\n`).join('');
    if (!result.goesOn) {
      print.result(
        result,
        () => `${text()}Not all are there: the CA is not told to look. Correct what is named and repeat it.\n`,
      );
      return exitCodes.failed;
    }
    if (before !== null) {
      const outcome = await waitFor(invocation, {
        certificate: params.name,
        newerThan: baselineOf(before),
        remedy: `What was presented is of no use any more. Correct what the message names, get what is to be presented instead with \`certfleet certificate new-challenge ${params.name}\`, and verify that.`,
      });
      print.result(outcome, () => certificateText(outcome.certificate, print.format, outcome.assignments));
      return undefined;
    }
    print.result(result, () => `${text()}The CA is told to look: certfleet certificate show ${params.name}\n`);
    return undefined;
  },
};

export const newChallengeCommand: CommandSpec = {
  name: 'new-challenge',
  summary: ops.newChallenge.summary,
  details: ['Waits some seconds for the CA and prints what is to be presented now.'],
  arguments: [theCertificate],
  operation: ops.newChallenge,
  examples: ['certificate new-challenge shop'],
  async run(invocation) {
    const { world, print } = invocation;
    const params = { name: invocation.argument('name') };
    const failedBefore = (await invocation.call(ops.challenges, { params })).lastError?.at;
    const deadline = world.now().getTime() + patience;
    let now = await invocation.call(ops.newChallenge, { params });
    while (now.challenges.length === 0 && now.lastError?.at === failedBefore && world.now().getTime() < deadline) {
      await world.delay(interval);
      now = await invocation.call(ops.challenges, { params });
    }
    print.result(now, () => challengesText(now, print.format));
    return undefined;
  },
};

/** One file for each challenge, named by its token, with the key authorization and nothing else in it. */
async function save({ print, world }: Invocation, challenges: readonly Challenge[], folder: string): Promise<void> {
  const files = challenges.flatMap(({ http, byPerson }) => (http && byPerson ? [http] : []));
  const directory = resolve(world.cwd, folder);
  await mkdir(directory, { recursive: true });
  for (const { file, content } of files) {
    await writeWhole(join(directory, file), Buffer.from(content), 0o644, true);
  }
  print.note(`Wrote ${files.length} file(s) into ${folder}.`);
}

function values(challenges: readonly Challenge[]): string {
  return challenges
    .filter(({ byPerson }) => byPerson)
    .map(({ http, dns }) => `${http?.content ?? dns?.value ?? ''}\n`)
    .join('');
}

/** All challenges, and what to do with them. */
function challengesText(all: CertificateChallenges, format: Format): string {
  const { certificate, order, challenges, needsPerson, removable, lastError } = all;
  const head: Fact[] = [
    ['Certificate', certificate],
    ['Order', order ? `${order.step} at ${order.account}` : 'none is running', order ? 'busy' : undefined],
    ['Ends', order && momentAndDistance(order.expiresAt, format)],
    ['Last error', lastError?.message, 'bad'],
  ];
  const blocks = [renderFacts(head, format), ...challenges.map(challenge => challengeText(challenge, format))];
  if (needsPerson) blocks.push(`Present what is open, then: certfleet certificate verify ${certificate}\n`);
  if (removable.length > 0) {
    // What was found then is of no use any more.
    const former = removable.map(challenge => challengeText({ ...challenge, sighting: null }, format));
    blocks.push('Can be removed, of the order before:\n', ...former);
  }
  return blocks.join('\n');
}

/** Lines that are as long as what is to be copied from them. */
function challengeText(challenge: Challenge, format: Format): string {
  const { identifier, type, solver, byPerson, state, http, dns, sighting } = challenge;
  return renderFacts(
    [
      ['Name', `${identifier}, by ${type}`],
      ['State', byPerson ? `${state}, by hand (${solver})` : `${state} by ${solver}`, stateTones[state]],
      ['URL', http?.url],
      ['File', http && `.well-known/acme-challenge/${http.file}`],
      ['Content', http?.content],
      ['Record', dns && `${dns.name}${dns.aliasOf === null ? '' : ` (${dns.aliasOf} is an alias of it)`}`],
      ['Type', dns && 'TXT'],
      ['Value', dns?.value],
      ['Found', sighting?.message, sighting?.seen ? 'good' : 'bad'],
      ['Looked', sighting && momentAndDistance(sighting.at, format)],
    ],
    format,
  );
}
