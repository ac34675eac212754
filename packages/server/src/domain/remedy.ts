import type { CaProblem, CertificateProblem } from '@certfleet/contract';

/** What is known of a certificate that people should look at. */
export type Trouble =
  | { health: 'revoked' | 'expired'; imported: boolean; error: string | null; problem: CaProblem | null }
  | { health: 'needs-person' | 'failing'; byHand: boolean; error: string | null; problem: CaProblem | null }
  | { health: 'not-deployed'; target: string; error: string | null };

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
    case 'revoked':
    case 'expired':
      return ofEnded(trouble);
    case 'needs-person':
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
  const message = firstLine(error ?? 'The last attempt failed.');
  const known = problem && [problem.type, ...problem.subproblems.map(({ type }) => type)].map(remedyOf).find(Boolean);
  return { message, ...(known ?? { remedy: other, action: 'renew' }) };
}

/** RFC 8555 §6.7 error types whose cause is known well enough to say what to do. */
function remedyOf(type: string): Pick<Remedy, 'remedy' | 'action'> | undefined {
  switch (type.replace(/^urn:ietf:params:acme:error:/, '')) {
    case 'dns':
      return { remedy: 'Correct the DNS records of the name, then renew.', action: 'preflight' };
    case 'connection':
    case 'tls':
      return { remedy: 'Let the CA reach the name from the internet, on port 80 for http-01.', action: 'preflight' };
    case 'unauthorized':
    case 'incorrectResponse':
      return { remedy: 'See in the pre-flight what answers for the name, and let it lead here.', action: 'preflight' };
    case 'caa':
      return { remedy: 'Let the CAA records of the name permit this CA, or use another account.', action: 'preflight' };
    case 'rateLimited':
      return { remedy: "Nothing: it goes on when the CA's limit has room again.", action: 'preflight' };
    case 'rejectedIdentifier':
    case 'unsupportedIdentifier':
      return { remedy: 'Take the name out, or use an account at a CA that certifies it.', action: 'preflight' };
    case 'userActionRequired':
      return { remedy: 'Do what the CA asks for, mostly to agree to its new terms, then renew.', action: 'renew' };
    case 'accountDoesNotExist':
    case 'externalAccountRequired':
      return { remedy: 'Register another account and put it into the policy.', action: 'renew' };
    case 'invalidProfile':
      return { remedy: "Choose one of the CA's profiles.", action: 'preflight' };
    case 'badCSR':
    case 'badPublicKey':
    case 'badSignatureAlgorithm':
      return { remedy: 'Choose another kind of key, or bring another CSR along.', action: 'renew' };
    default:
      return undefined;
  }
}

/** What follows says when it is tried again, which is shown beside it. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
