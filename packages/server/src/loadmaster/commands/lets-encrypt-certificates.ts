import type { CertificateDetail } from '../../store/certificate-list.js';
import { refuseAssigned } from '../certificate-use.js';
import { ask, type Call, type Command, completed, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { certificateFields, certificateName, requestParameters } from '../fields/lets-encrypt.js';
import { renewCertificate, requestCertificate } from '../issuance.js';
import { acmeType, type Family, familyParameters } from './lets-encrypt-family.js';

/** Certificates that are kept valid by themselves; those that were imported have commands of their own. */
export function certificateCommands(family: Family): Command[] {
  const common = familyParameters(family);
  return [
    {
      name: `add${family}cert`,
      role: 'operator',
      changes: true,
      parameters: [...requestParameters, ...common, ...(family === 'acme' ? dnsParameters : [])],
      async run(call) {
        refuseDns(call);
        return { ...completed, note: await requestCertificate(call, acmeType(call)) };
      },
    },
    {
      name: `renew${family}cert`,
      role: 'operator',
      changes: true,
      parameters: ['cert', ...common],
      async run(call) {
        acmeType(call);
        return { ...completed, note: await renewCertificate(call, (await namedCertificate(call)).name) };
      },
    },
    {
      name: `del${family}cert`,
      role: 'operator',
      changes: true,
      parameters: ['cert', ...common],
      async run(call) {
        acmeType(call);
        const certificate = await namedCertificate(call);
        await refuseAssigned(call.engine.store, certificate);
        await ask(call, 'certificate', 'delete', { params: { name: certificate.name } });
        return completed;
      },
    },
    {
      name: `get${family}cert`,
      role: 'viewer',
      changes: false,
      parameters: ['cert', ...common],
      async run(call) {
        acmeType(call);
        const show = certificateFields(call.engine.store);
        return { data: await show(await namedCertificate(call)), underData: true };
      },
    },
    {
      name: `list${family}cert`,
      role: 'viewer',
      changes: false,
      parameters: common,
      async run(call) {
        acmeType(call);
        return { data: { Certificate: await allCertificates(call) }, underData: true };
      },
    },
  ];
}

const dnsParameters = ['dnsapi', 'dnsapiparams'];

/** Names are proven over HTTP here. Those of a DNS provider come with a solver, through the other API. */
function refuseDns({ parameters }: Call): void {
  const sent = dnsParameters.find(name => parameters.text(name));
  if (sent === undefined) return;
  throw LoadMasterError.invalid(sent, 'This API proves names over HTTP only: wildcards need a solver for dns-01');
}

/** The certificate that `cert` names. Throws 422 when there is none, and when it was imported. */
async function namedCertificate({ parameters, engine: { store } }: Call): Promise<CertificateDetail> {
  const name = certificateName(parameters);
  if (!(await store.certificates.findByName(name))) throw new LoadMasterError(422, `Unknown certificate ${name}`);
  const certificate = await store.certificates.detail(name);
  if (certificate.policyId !== null) return certificate;
  throw new LoadMasterError(
    422,
    `${name} was imported: only certificates that an ACME account issued can be used here`,
  );
}

async function allCertificates({ engine: { store } }: Call): Promise<Data[]> {
  const show = certificateFields(store);
  const shown: Data[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.certificates.list({ source: 'acme', limit: 200, cursor });
    shown.push(...(await Promise.all(page.items.map(show))));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return shown;
}
