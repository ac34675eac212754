/** The last part of an ACME error's type: `connection`. Types of other namespaces stay as they are. */
export function caErrorName(type: string): string {
  return type.replace(/^urn:ietf:params:acme:error:/, '');
}

/**
 * What people can do about an error of a CA, by its type, whole or its last part (RFC 8555 §6.7; invalidProfile is of
 * draft-ietf-acme-profiles). Null: its cause is not known well enough.
 */
export function caRemedy(type: string): string | null {
  return remedies[caErrorName(type)] ?? null;
}

const answered = 'Let the name lead to what proves it: the pre-flight tells what answers for it now.';
const notCertified = 'Take the name out, or use an account at a CA that certifies it.';
const otherAccount = 'Register another account and put it into the policy.';
const otherKey = 'Choose another kind of key, or bring another CSR along.';

const remedies: Readonly<Record<string, string>> = {
  accountDoesNotExist: otherAccount,
  badCSR: otherKey,
  badPublicKey: otherKey,
  badSignatureAlgorithm: otherKey,
  caa: 'Let the CAA records of the name permit this CA, or use an account at another one.',
  connection:
    'Let the CA reach what the name leads to: on port 80 for http-01, on 443 for tls-alpn-01. Or prove it over dns-01.',
  dns: 'Correct the DNS records of the name, and see whether all its name servers answer.',
  externalAccountRequired: otherAccount,
  incorrectResponse: answered,
  invalidProfile: "Choose one of the CA's profiles.",
  rateLimited: "Nothing: it goes on when the CA's limit has room again.",
  rejectedIdentifier: notCertified,
  tls: 'Let the CA shake hands with what the name leads to, or prove the name in another way.',
  unauthorized: answered,
  unsupportedIdentifier: notCertified,
  userActionRequired: 'Do what the CA asks for, mostly to agree to its new terms.',
};
