import { type CaProblem, type CertificateProblem, caErrorName, caRemedy } from '@certfleet/contract';

/** What is known of a certificate that people should look at. */
export type Trouble =
  | { health: 'revoked' | 'expired'; imported: boolean; error: string | null; problem: CaProblem | null }
  | {
      health: 'needs-person' | 'failing';
      imported: boolean;
      byHand: boolean;
      error: string | null;
      problem: CaProblem | null;
    }
  | { health: 'not-deployed' | 'unproven'; target: string; error: string | null };

/** What to say of it, and what helps. */
export type Remedy = Pick<CertificateProblem, 'message' | 'remedy' | 'action'>;

/** What is wrong, in words for people, and what to do about it. */
export function remedyFor(trouble: Trouble): Remedy {
  switch (trouble.health) {
    case 'not-deployed':
      return {
        message: `It could not be brought to ${trouble.target}: ${firstLine(trouble.error ?? 'nobody knows why.')}`,
        remedy: 'Correct what the message names. It is tried again by itself.',
        action: 'deployments',
      };
    case 'unproven':
      return {
        message: `Nobody could read what ${trouble.target} serves. ${firstLine(trouble.error ?? '')}`.trimEnd(),
        remedy:
          'Let a handshake from here reach it: enable it, or open the way. It is looked at again when it is enabled, and else each day.',
        action: 'deployments',
      };
    case 'revoked':
    case 'expired':
      return ofEnded(trouble);
    case 'needs-person':
      if (trouble.imported) {
        return {
          message: 'It ends soon, and nothing renews it here: it was imported.',
          remedy: 'Import its successor, or delete it if it is needed no longer.',
          action: 'import',
        };
      }
      if (trouble.byHand) {
        return {
          message: 'Its challenges are to be presented by hand.',
          remedy: 'Present what the order asks for, then have it verified.',
          action: 'challenges',
        };
      }
      return afterFailure(trouble, 'Change what the message names, then renew.');
    case 'failing':
      return afterFailure(trouble, 'It is tried again by itself. Once the cause is mended, renew.');
  }
}

function ofEnded(trouble: Extract<Trouble, { health: 'revoked' | 'expired' }>): Remedy {
  const { health, imported } = trouble;
  const message = `Its current version ${health === 'revoked' ? 'is revoked' : 'has expired'}.`;
  if (imported) return { message, remedy: 'Import the next one, or delete it.', action: 'import' };
  if (trouble.error === null) return { message, remedy: 'The next one is ordered by itself.', action: 'renew' };
  const failed = afterFailure(trouble, 'Change what the message names, then renew.');
  return { ...failed, message: `${message} ${failed.message}` };
}

function afterFailure({ error, problem }: { error: string | null; problem: CaProblem | null }, other: string): Remedy {
  const message = problem ? inWords(problem) : firstLine(error ?? 'The last attempt failed.');
  const types = problem ? [problem.type, ...problem.subproblems.map(({ type }) => type)] : [];
  const known = types.find(type => caRemedy(type) !== null);
  if (known === undefined) return { message, remedy: other, action: 'renew' };
  return { message, remedy: caRemedy(known) ?? other, action: isMendedHere(known) ? 'renew' : 'preflight' };
}

/** What a CA said: without the URLs at the CA that the stored error has, and with one name for all that have the same. */
function inWords({ type, detail, subproblems }: CaProblem): string {
  const [first, ...others] = subproblems;
  if (first === undefined) return `The CA says: ${detail ?? type}`;
  const more =
    others.length === 0 ? '' : others.length === 1 ? ' and of another name' : ` and of ${others.length} others`;
  return `The CA says of ${first.identifier ?? 'one name'}${more}: ${first.detail ?? first.type}`;
}

/** Whether nothing outside stands in the way, for which a pre-flight would look. */
function isMendedHere(type: string): boolean {
  return [
    'accountDoesNotExist',
    ...['badCSR', 'badPublicKey', 'badSignatureAlgorithm'],
    'externalAccountRequired',
    'userActionRequired',
  ].includes(caErrorName(type));
}

/** What follows says when it is tried again, which is shown beside it. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
