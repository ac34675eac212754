import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the `openssl` command makes: keys and files as other programs write them. */
export function openssl(command: string, input: string | Buffer = ''): Buffer {
  return execFileSync('openssl', command.split(' '), { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 24 });
}

/** A private key as PKCS#8 PEM. `kind`: `P-256`, `RSA-2048`, another curve's name, or another algorithm's. */
export function newKey(kind: string): string {
  const [algorithm, bits] = kind.split('-');
  if (algorithm === 'RSA') return openssl(`genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${bits}`).toString();
  if (/^(ED25519|X25519|ED448)$/i.test(kind)) return openssl(`genpkey -algorithm ${kind}`).toString();
  return openssl(`genpkey -algorithm EC -pkeyopt ec_paramgen_curve:${kind}`).toString();
}

/** A certificate, signed by itself or by `issuer`. */
export interface MadeCertificate {
  pem: string;
  key: string;
}

/** Issues a certificate. `subject` as in `/CN=www.example.com`, `extensions` as in openssl.cnf, a line each. */
export function newCertificate(options: {
  subject: string;
  key?: string;
  issuer?: MadeCertificate;
  extensions?: readonly string[];
  days?: number;
}): MadeCertificate {
  const { subject, key = newKey('P-256'), issuer, extensions = [], days = 90 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-openssl-'));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const config = file('config', `[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n[x]\n${extensions.join('\n')}\n`);
    const request = openssl(`req -new -key ${file('key', key)} -subj ${subject} -config ${config}`);
    const by = issuer
      ? `-CA ${file('issuer.pem', issuer.pem)} -CAkey ${file('issuer.key', issuer.key)} -CAcreateserial`
      : `-signkey ${join(folder, 'key')}`;
    const serial = issuer ? '' : ` -set_serial 0x${Buffer.from(subject).subarray(-8).toString('hex')}`;
    const pem = openssl(`x509 -req ${by}${serial} -days ${days} -extfile ${config} -extensions x`, request);
    return { pem: pem.toString(), key };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A PFX of these; `options` as the command takes them. */
export function newPfx({ pem, key }: MadeCertificate, others: string, passPhrase: string, options = ''): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-openssl-'));
  try {
    const all = join(folder, 'all.pem');
    writeFileSync(all, `${key}${pem}${others}`);
    const out = join(folder, 'out.pfx');
    openssl(`pkcs12 -export -in ${all} -out ${out} -passout stdin${options && ` ${options}`}`, `${passPhrase}\n`);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** root → intermediate → leaf for www.example.com and 192.0.2.7 */
export function newChain(leaf: { key?: string; days?: number } = {}) {
  const ca = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];
  const root = newCertificate({ subject: '/CN=Test-Root', extensions: ca });
  const intermediate = newCertificate({ subject: '/CN=Test-Intermediate', issuer: root, extensions: ca });
  const extensions = ['subjectAltName=DNS:www.example.com,IP:192.0.2.7,email:a@example.com'];
  return {
    root,
    intermediate,
    leaf: newCertificate({ subject: '/CN=www.example.com', issuer: intermediate, extensions, ...leaf }),
  };
}
