import { type Assignment, type Certificate, operations } from '@certfleet/contract';
import type { Invocation } from '../command.js';
import { readDuration } from '../duration.js';
import { exitCodes } from '../exit-codes.js';
import { Failure } from '../failure.js';
import type { Flag } from '../flags.js';
import { type Baseline, deploymentProgress, issuanceProgress, type Progress } from './progress.js';
import { type StepDisplay, showSteps, silentSteps } from './steps.js';

/** Of commands that start something that takes a while. */
export const waitFlags: Flag[] = [
  { name: 'wait', help: 'Wait until it is issued and served on each of its targets, and show how far it is.' },
  {
    name: 'timeout',
    placeholder: 'duration',
    parse: text => readDuration(text, 'timeout'),
    help: 'Wait no longer than this: 90s, 10m, 2h. (default: 10m)',
  },
];

/** Milliseconds between two looks. */
const interval = 1000;

/** What is waited for. */
export interface Expectation {
  certificate: string;
  /** Null: no new version is to come, only deployments. */
  newerThan: Baseline | null;
  /** Left out: all targets that it is assigned to. */
  targets?: readonly string[];
  /** What to do if it is not issued; left out: correct what is named, or renew. */
  remedy?: string;
}

/** A certificate and where it is, as waiting ends with it. */
export interface Outcome {
  certificate: Certificate;
  assignments: Assignment[];
}

/**
 * Waits until a newer version has been issued and is proven on each target, and shows the steps. Throws a Failure when
 * one of them failed, and with exit code 6 when --timeout is over or Ctrl-C was typed: the server goes on by itself.
 */
export async function waitFor(invocation: Invocation, expectation: Expectation): Promise<Outcome> {
  const { world, print, flags } = invocation;
  const timeout = flags.text('timeout') ?? '10m';
  const deadline = world.now().getTime() + readDuration(timeout, 'timeout');
  const interruption = world.interruption();
  const display = await displayFor(invocation, expectation);
  try {
    for (;;) {
      const outcome = await look(invocation, expectation);
      const steps = stepsOf(outcome, expectation, print.format);
      for (const [title, progress] of steps) display.update(title, progress);
      const failed = steps.filter(([, { state }]) => state === 'failed');
      const working = steps.filter(([, { state }]) => state === 'working');
      if (working.length === 0 || failed.some(([title]) => title === issue)) {
        if (failed.length === 0) return outcome;
        throw notDone(failed, outcome, expectation);
      }
      if (outcome.certificate.issuance?.needsPerson && steps.some(([title]) => title === issue)) throw byHand(outcome);
      if (interruption.aborted || world.now().getTime() >= deadline) {
        throw stillWaiting(interruption.aborted ? 'until Ctrl-C' : timeout, working, outcome);
      }
      await pause(invocation, interruption);
    }
  } finally {
    await display.end();
  }
}

const issue = 'Issue';

async function displayFor(invocation: Invocation, expectation: Expectation): Promise<StepDisplay> {
  if (invocation.print.json) return silentSteps;
  const { assignments } = await look(invocation, expectation);
  const titles = [...(expectation.newerThan ? [issue] : []), ...assignments.map(deploy)];
  return showSteps(titles, invocation.world.terminal);
}

function deploy(assignment: Assignment): string {
  return `Deploy to ${assignment.target}`;
}

async function look(invocation: Invocation, { certificate: name, targets }: Expectation): Promise<Outcome> {
  const params = { name };
  const certificate = await invocation.call(operations.certificate.show, { params });
  const { items } = await invocation.call(operations.certificate.assignments, { params, query: { limit: 1000 } });
  return { certificate, assignments: items.filter(({ target }) => targets?.includes(target) ?? true) };
}

function stepsOf(
  { certificate, assignments }: Outcome,
  { newerThan }: Expectation,
  format: Parameters<typeof issuanceProgress>[2],
): [title: string, Progress][] {
  const issuance = newerThan && issuanceProgress(certificate, newerThan, format);
  const version = newerThan ? newerThan.version + 1 : (certificate.version?.number ?? 1);
  const deployments = assignments.map((one): [string, Progress] => [deploy(one), deploymentProgress(one, version)]);
  return issuance ? [[issue, issuance], ...deployments] : deployments;
}

async function pause(invocation: Invocation, interruption: AbortSignal): Promise<void> {
  try {
    await invocation.world.delay(interval, interruption);
  } catch (error) {
    // Woken by Ctrl-C: the loop looks once more and ends.
    if (!interruption.aborted) throw error;
  }
}

function notDone(failed: [string, Progress][], outcome: Outcome, { remedy }: Expectation): Failure {
  const { certificate } = outcome;
  const issuing = failed.find(([title]) => title === issue);
  const details = failed.filter(([title]) => title !== issue).map(([where, { text }]) => ({ where, message: text }));
  if (!issuing) {
    return new Failure(`${certificate.name} was issued, but is not proven on each of its targets.`, {
      exitCode: exitCodes.failed,
      remedy: `Correct what is named; the server tries again by itself. See \`certfleet certificate assignments ${certificate.name}\`.`,
      details,
      document: { ...outcome },
    });
  }
  return new Failure(`${certificate.name} was not issued: ${issuing[1].text}`, {
    exitCode: exitCodes.failed,
    remedy:
      remedy ??
      `Correct what the message names; the server tries again by itself, or at once with \`certfleet certificate renew ${certificate.name}\`.`,
    document: { ...outcome },
  });
}

/** Nothing goes on before somebody has done their part: waiting would be for nothing. */
function byHand(outcome: Outcome): Failure {
  const { name, issuance } = outcome.certificate;
  return new Failure(`${name} waits for somebody. ${issuance?.reason ?? ''}`.trim(), {
    exitCode: exitCodes.stillWaiting,
    remedy: `See what is to be presented with \`certfleet certificate challenges ${name}\`, then \`certfleet certificate verify ${name} --wait\`.`,
    document: { ...outcome },
  });
}

function stillWaiting(waited: string, working: [string, Progress][], outcome: Outcome): Failure {
  const { name } = outcome.certificate;
  return new Failure(`${name} is not ready yet; waited ${waited}.`, {
    exitCode: exitCodes.stillWaiting,
    remedy: `Nothing: it goes on without this command. Look with \`certfleet certificate show ${name}\`.`,
    details: working.map(([where, { text }]) => ({ where, message: text })),
    document: { ...outcome },
  });
}
