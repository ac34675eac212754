import { addIntermediate } from '../../actions/intermediates.js';
import { readUpload } from '../../key-files/upload.js';
import type { Store } from '../../store/index.js';
import { ask, type Command, completed, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { listedCertificate } from '../fields/certificate.js';
import { certificateName } from '../fields/lets-encrypt.js';

/** Certificates of CAs, which complete the chains of what is imported after them. */
export const intermediateCommands: Command[] = [
  {
    name: 'listintermediate',
    role: 'viewer',
    changes: false,
    parameters: [],
    run: async ({ engine }) => ({ data: { cert: await allIntermediates(engine.store) } }),
  },
  {
    name: 'readintermediate',
    role: 'viewer',
    changes: false,
    parameters: ['cert'],
    async run(call) {
      const name = certificateName(call.parameters);
      const { certificate } = await ask(call, 'intermediate', 'show', { params: { name } });
      return { data: { certificate } };
    },
  },
  {
    name: 'addintermediate',
    role: 'operator',
    changes: true,
    parameters: ['cert', 'replace'],
    upload: true,
    async run({ parameters, body, engine, actor }) {
      const name = certificateName(parameters);
      const replace = parameters.flag('replace') ?? false;
      if (!body) throw LoadMasterError.missing('data');
      const file = readUpload(body, 'intermediate', 'data');
      await addIntermediate(engine, { name, file, replace }, actor);
      return completed;
    },
  },
  {
    name: 'delintermediate',
    role: 'operator',
    changes: true,
    parameters: ['cert'],
    async run(call) {
      await ask(call, 'intermediate', 'delete', { params: { name: certificateName(call.parameters) } });
      return completed;
    },
  },
];

async function allIntermediates(store: Store): Promise<Data[]> {
  const listed: Data[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.intermediates.list({ limit: 200, cursor });
    listed.push(...page.items.map(({ name, certificate }) => listedCertificate(name, certificate)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return listed;
}
