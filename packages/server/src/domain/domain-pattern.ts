import { DomainError } from './errors.js';
import { readIdentifier } from './identifiers.js';

/**
 * What a domain is bound by, in the form in which domain/proof.ts compares it: an identifier exactly, or, with a
 * leading dot, a name and everything below it. A suffix may be a public one, such as `.com`: names below it can be
 * certified.
 *
 * Throws DomainError `invalid-input` for what no identifier can match.
 */
export function parseDomainPattern(typed: string): string {
  const text = typed.trim();
  const isSuffix = text.startsWith('.');
  // A suffix is as good as the names below it are: one stands for all.
  const reading = isSuffix && text !== '.' ? readIdentifier(`x${text}`) : readIdentifier(text);
  if ('fault' in reading) {
    const message = `${JSON.stringify(typed)} is no domain: it ${reading.fault}. Give a name, or a suffix as in .example.com.`;
    throw new DomainError('invalid-input', message, { fields: [{ path: 'pattern', message }] });
  }
  return isSuffix ? reading.identifier.value.slice(1) : reading.identifier.value;
}
