import { X509Certificate } from 'node:crypto';
import { readUpload } from '../../key-files/upload.js';
import { type CertificateRecord, isAcme } from '../../store/certificates.js';
import type { Store } from '../../store/index.js';
import { refuseAssigned } from '../certificate-use.js';
import { ask, type Call, type Command, completed, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { listedCertificate } from '../fields/certificate.js';
import { certificateName } from '../fields/lets-encrypt.js';

/** All certificates; those that were imported are added, replaced and deleted here. */
export const ordinaryCertificateCommands: Command[] = [
  {
    name: 'listcert',
    role: 'viewer',
    changes: false,
    parameters: [],
    run: async ({ engine }) => ({ data: { cert: await allCertificates(engine.store) } }),
  },
  {
    name: 'readcert',
    role: 'viewer',
    changes: false,
    parameters: ['cert', 'outform'],
    async run(call) {
      const outform = call.parameters.choice('outform', ['PEM', 'DER']) ?? 'PEM';
      const { name } = await namedCertificate(call);
      const { certificate } = await ask(call, 'certificate', 'export', { params: { name }, body: {} });
      if (outform === 'PEM') return { data: { certificate } };
      const file = new X509Certificate(certificate).raw;
      return { file, name: `${name}.cer`, contentType: 'application/x509-cert' };
    },
  },
  {
    name: 'addcert',
    role: 'operator',
    changes: true,
    parameters: ['cert', 'replace', 'password'],
    upload: true,
    async run(call) {
      await addCertificate(call);
      return completed;
    },
  },
  {
    name: 'delcert',
    role: 'operator',
    changes: true,
    // Clients send what they have of the certificate, with what addcert was sent; deleting asks for neither.
    parameters: ['cert', 'replace', 'password'],
    async run(call) {
      call.parameters.flag('replace');
      const certificate = await namedCertificate(call);
      refuseAcme(certificate);
      await refuseAssigned(call.engine.store, certificate);
      await ask(call, 'certificate', 'delete', { params: { name: certificate.name } });
      return completed;
    },
  },
];

/** Those that were issued: a request has nothing to show yet. */
async function allCertificates(store: Store): Promise<Data[]> {
  const listed: Data[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.certificates.list({ limit: 200, cursor });
    listed.push(
      ...page.items.flatMap(({ name, version }) => (version ? [listedCertificate(name, version.chain)] : [])),
    );
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return listed;
}

/** Imports a certificate, or with `replace` the next version of one that was imported. */
async function addCertificate(call: Call): Promise<void> {
  const { parameters, body, engine } = call;
  const name = certificateName(parameters);
  const replace = parameters.flag('replace') ?? false;
  const passPhrase = parameters.text('password') || undefined;
  if (!body) throw LoadMasterError.missing('data');
  const known = await engine.store.certificates.findByName(name);
  if (known) refuseAcme(known);
  if (replace && !known) throw unknown(name);
  if (known && !replace) {
    throw LoadMasterError.invalid('cert', `There is a certificate ${name} already. Replace it with replace=1`);
  }
  const file = readUpload(body, 'certificate', 'data').toString('base64');
  await ask(call, 'certificate', 'import', {
    body: { name, file, replace, ...(passPhrase === undefined ? {} : { passPhrase }) },
  });
}

/** The certificate that `cert` names. Throws 422 when there is none. */
async function namedCertificate({ parameters, engine }: Call): Promise<CertificateRecord> {
  const name = certificateName(parameters);
  const certificate = await engine.store.certificates.findByName(name);
  if (!certificate) throw unknown(name);
  return certificate;
}

function refuseAcme(certificate: CertificateRecord): void {
  if (!isAcme(certificate)) return;
  throw new LoadMasterError(
    422,
    "A Let's Encrypt certificate can't be replaced or deleted by the ordinary certificate commands",
  );
}

function unknown(name: string): LoadMasterError {
  return new LoadMasterError(422, `Unknown certificate ${name}`);
}
