import { describeActor, includesRole } from '../../http/actor.js';
import { newApiToken } from '../../http/api-token.js';
import { hashSecret } from '../../http/secret-token.js';
import type { UserRecord } from '../../store/users.js';
import type { Call, Command, Data } from '../command.js';
import { LoadMasterError } from '../errors.js';

/** So many a user may have. */
const most = 16;

/** The user whose keys are meant: the caller, unless an administrator names another one. */
async function ownerOf({ parameters, user, actor, engine }: Call): Promise<UserRecord> {
  const name = parameters.text('user') || user;
  if (name === null) throw LoadMasterError.missing('user');
  if (name !== user && !includesRole(actor.role, 'admin')) throw LoadMasterError.forbidden();
  const owner = await engine.store.users.findByName(name);
  if (!owner) throw new LoadMasterError(422, `Unknown user ${name}`);
  return owner;
}

/** Says nothing of the key, and whoever has the key can work it out: `printf %s KEY | sha256sum`. */
const nameOf = (hash: string) => `apikey-${hash.slice(0, 8)}`;

/**
 * The list that all three commands answer with: `<key>` elements in XML, `apikeys` in JSON, where clients look for it.
 * `fresh` is the key that was just made, in full and first; the rest are names, the oldest first.
 */
async function keyList({ engine, version }: Call, owner: UserRecord, fresh?: NewKey): Promise<Data> {
  const kept = (await engine.store.tokens.ofUser(owner.id)).map(({ name }) => name);
  const shown = fresh === undefined ? kept : [fresh.key, ...kept.filter(name => name !== fresh.name)];
  if (version === 1) return { apikeys: { key: shown } };
  return { ...(fresh === undefined ? {} : { key: fresh.key }), apikeys: shown };
}

interface NewKey {
  key: string;
  name: string;
}

/**
 * A user's API keys are API tokens with that user's role, which end with the user. Only hashes are kept, so the list
 * shows names where a LoadMaster shows the keys themselves; delapikey takes either.
 */
export const apiKeyCommands: Command[] = [
  {
    name: 'addapikey',
    role: 'viewer',
    changes: true,
    parameters: ['user'],
    async run(call) {
      const owner = await ownerOf(call);
      const { token: key, hash } = newApiToken();
      const name = nameOf(hash);
      await call.engine.store.transaction(async tx => {
        if ((await tx.tokens.ofUser(owner.id)).length >= most) {
          throw new LoadMasterError(422, `${owner.name} has ${most} API keys, which is the limit. Delete one first`);
        }
        const createdBy = describeActor(call.actor);
        await tx.tokens.create({ name, role: owner.role, hash, createdBy, userId: owner.id, expiresAt: null });
        await tx.events.append({
          actor: createdBy,
          action: 'token.created',
          subject: `token:${name}`,
          outcome: 'succeeded',
          message: `API key ${name} of ${owner.name} was created, valid without end.`,
          detail: { role: owner.role, user: owner.name },
        });
      });
      return { data: await keyList(call, owner, { key, name }) };
    },
  },
  {
    name: 'listapikeys',
    role: 'viewer',
    changes: false,
    parameters: ['user'],
    async run(call) {
      return { data: await keyList(call, await ownerOf(call)) };
    },
  },
  {
    name: 'delapikey',
    role: 'viewer',
    changes: true,
    parameters: ['key', 'user'],
    async run(call) {
      const key = call.parameters.required('key');
      const owner = await ownerOf(call);
      await call.engine.store.transaction(async tx => {
        const keys = await tx.tokens.ofUser(owner.id);
        const found = keys.find(({ name, hash }) => name === key || hash === hashSecret(key));
        if (!found) throw new LoadMasterError(422, 'Unknown API key');
        await tx.tokens.delete(found.name);
        await tx.events.append({
          actor: describeActor(call.actor),
          action: 'token.deleted',
          subject: `token:${found.name}`,
          outcome: 'succeeded',
          message: `API key ${found.name} of ${owner.name} was deleted.`,
        });
      });
      return { data: await keyList(call, owner) };
    },
  },
];
