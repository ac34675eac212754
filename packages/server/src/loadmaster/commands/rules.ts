import { type ContentRule, challengeIndexBase, Name } from '@certfleet/contract';
import type { ContentRuleRecord } from '../../store/content-rules.js';
import type { SubVirtualServiceRecord } from '../../store/virtual-services.js';
import { ask, type Call, type Command, completed, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import {
  changedOf,
  readRule,
  refuseOtherPattern,
  refuseOtherTypes,
  ruleFields,
  ruleParameters,
  ruleTypes,
} from '../fields/content-rule.js';
import { rsIndexOf, type Selected, selectChangeable, selectChangeableBehind, serverSelector } from '../selectors.js';
import { challengeName } from '../service-views.js';

/** Content rules, and which SubVSs they are attached to. */
export const ruleCommands: Command[] = [
  {
    name: 'addrule',
    role: 'operator',
    changes: true,
    parameters: ruleParameters,
    async run(call) {
      const name = changeableName(call);
      call.parameters.required('pattern');
      const rule = await ask(call, 'contentRule', 'create', { body: { ...readRule(call.parameters), name } });
      return { data: { MatchContentRule: [ruleFields(rule)] } };
    },
  },
  {
    name: 'modrule',
    role: 'operator',
    changes: true,
    parameters: ruleParameters,
    async run(call) {
      const name = changeableName(call);
      const changed = changedOf(call.parameters, ruleFields(await knownRule(call, name)));
      const rule = await ask(call, 'contentRule', 'change', { params: { name }, body: readRule(changed) });
      return { data: { MatchContentRule: [ruleFields(rule)] } };
    },
  },
  {
    name: 'showrule',
    role: 'viewer',
    changes: false,
    parameters: ['name', 'type', 'pattern'],
    async run(call) {
      return { data: await shownRules(call) };
    },
  },
  {
    name: 'delrule',
    role: 'operator',
    changes: true,
    parameters: ['name', 'type', 'pattern'],
    async run(call) {
      const name = changeableName(call);
      refuseOtherTypes(call.parameters);
      refuseOtherPattern(call.parameters, ruleFields(await knownRule(call, name)));
      await ask(call, 'contentRule', 'delete', { params: { name } });
      return completed;
    },
  },
  {
    name: 'addrsrule',
    role: 'operator',
    changes: true,
    parameters: [...serverSelector, 'rule'],
    async run(call) {
      const { sub, rule } = await selectRuleOf(call);
      if (sub.contentRules.includes(rule)) throw LoadMasterError.invalid('rule', 'It is assigned already');
      if (rule !== 'default') await knownRule(call, rule);
      await ask(call, 'virtualService', 'attachRule', { params: { index: sub.index }, body: { rule } });
      return completed;
    },
  },
  {
    name: 'delrsrule',
    role: 'operator',
    changes: true,
    parameters: [...serverSelector, 'rule'],
    async run(call) {
      const { sub, rule } = await selectRuleOf(call);
      if (!sub.contentRules.includes(rule)) throw LoadMasterError.invalid('rule', 'It is not assigned');
      await ask(call, 'virtualService', 'detachRule', { params: { index: sub.index, rule } });
      return completed;
    },
  },
];

/** The SubVS under its parent, and the rule. Throws 422 for a real server: only SubVSs have rules here. */
async function selectRuleOf(call: Call): Promise<{ sub: SubVirtualServiceRecord; rule: string }> {
  const selected = await selectChangeable(call);
  const { sub } = await selectChangeableBehind(call.engine.store, selected, call.parameters);
  if (!sub) throw LoadMasterError.invalid('rs', ruleOfServer(selected));
  const rule = call.parameters.required('rule').trim();
  if (!Name.safeParse(rule).success) throw notFound();
  return { sub, rule };
}

function ruleOfServer({ service: { index }, sub }: Selected): string {
  const what = 'Is a real server, and Certfleet assigns rules to SubVSs alone, so there is a SubVS for each rule. ';
  const another = `modvs?vs=${index}&createsubvs= adds one for other real servers`;
  if (sub)
    return `${what}Assign it to the one that the real server is in, vs=${index}&rs=!${rsIndexOf(sub.index)}; ${another}`;
  return `${what}convertvs?vs=${index} moves the real servers into one, to which it is assigned then; ${another}`;
}

/** Throws 400 when there is none, 422 for what no rule of people can be called. */
function changeableName({ parameters }: Call): string {
  const name = parameters.required('name').trim();
  if (!Name.safeParse(name).success) {
    throw LoadMasterError.invalid('name', 'Letters, digits and . _ @ -; the first a letter or digit; at most 128');
  }
  if (/^acme-\d+$/.test(name)) throw LoadMasterError.invalid('name', `${name} is a challenge's: it goes by itself`);
  return name;
}

/** Throws 422 when there is none. */
async function knownRule({ engine: { store } }: Call, name: string): Promise<ContentRuleRecord> {
  const rule = await store.contentRules.findByName(name);
  if (!rule) throw notFound();
  return rule;
}

/** To the letter: a client takes a rule for gone when it reads this, and for an error otherwise. */
const notFound = () => new LoadMasterError(422, 'Rule not found');

/** All, or the one that is asked for; those of challenges first. The lists of other types are always empty. */
async function shownRules(call: Call): Promise<Data> {
  const name = call.parameters.text('name')?.trim();
  const type = call.parameters.text('type')?.trim() ? call.parameters.integer('type', { min: 0, max: 5 }) : undefined;
  const rules = [...(await challengeRules(call)), ...(await storedRules(call))].filter(
    rule => !name || rule.name === name,
  );
  const shown = type === undefined || type === 0 ? rules.map(ruleFields) : [];
  if (name && shown.length === 0) throw notFound();
  for (const rule of name ? shown : []) refuseOtherPattern(call.parameters, rule);
  return { ...Object.fromEntries(ruleTypes.map(list => [list, []])), MatchContentRule: shown };
}

async function storedRules({ engine: { store } }: Call): Promise<Omit<ContentRule, 'usedBy' | 'createdAt'>[]> {
  const rules = [];
  let cursor: string | undefined;
  do {
    const page = await store.contentRules.list({ limit: 1000, cursor });
    rules.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rules;
}

/** What a LoadMaster makes for each challenge that a virtual service answers: a rule that matches its path. */
async function challengeRules({ engine: { store } }: Call): Promise<{ name: string; pattern: string }[]> {
  const challenges = (await store.challenges.uncleaned()).filter(({ type }) => type === 'http-01');
  const solverIds = [...new Set(challenges.map(({ solverId }) => solverId))];
  const solvers = await Promise.all(solverIds.map(id => store.solvers.get(id)));
  const presenting = new Set(solvers.filter(({ config }) => config.virtualService !== undefined).map(({ id }) => id));
  return challenges
    .filter(({ solverId }) => presenting.has(solverId))
    .map(({ id, token }) => ({
      name: challengeName(challengeIndexBase + id),
      pattern: `/.well-known/acme-challenge/${token}`,
    }));
}
