import { type Call, type Command, completed } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { type Setting, settings } from '../fields/settings.js';

/** 1: Let's Encrypt, 2: DigiCert. Certfleet has one directory for both, whose URL says which it is. */
const acmeType = (call: Call) => call.parameters.choice('acmetype', ['1', '2']);

const settingOf = (name: string): Setting => {
  const setting = settings.find(one => one.name === name.toLowerCase());
  if (!setting) throw LoadMasterError.invalid('param', `Unknown parameter ${name}`);
  return setting;
};

/** The value of a parameter that nobody knows may be that of a secret one whose name is misspelt. */
const secretValue = (name: string | undefined) => {
  const setting = settings.find(one => one.name === name?.toLowerCase());
  return setting && !setting.secret ? [] : ['value'];
};

async function write(call: Call, setting: Setting, field: string) {
  acmeType(call);
  if (!setting.write) throw LoadMasterError.invalid('param', `${setting.name} can't be set`);
  if (setting.clear && call.parameters.text(field) === '') await setting.clear(call);
  else await setting.write(call, call.parameters.required(field), field);
  return completed;
}

/** `getacmerenewperiod` and the like: the later names for single settings, each with a field of its own. */
const single = [
  ['acmerenewperiod', 'renewperiod'],
  ['acmedirectoryurl', 'directoryurl'],
  ['acmekid', 'kid'],
  ['acmehmac', 'hmac'],
] as const;

/** get, set, getall, and a pair of commands for each of the settings that later firmware gave their own. */
export const settingCommands: Command[] = [
  {
    name: 'get',
    role: 'viewer',
    changes: false,
    parameters: ['param', 'acmetype'],
    async run(call) {
      acmeType(call);
      return { data: await settingOf(call.parameters.required('param')).read(call) };
    },
  },
  {
    name: 'set',
    role: 'admin',
    changes: true,
    parameters: ['param', 'value', 'acmetype'],
    secrets: parameters => secretValue(parameters.text('param')),
    run: call => write(call, settingOf(call.parameters.required('param')), 'value'),
  },
  {
    name: 'getall',
    role: 'viewer',
    changes: false,
    parameters: [],
    async run(call) {
      const all = await Promise.all(settings.filter(({ secret }) => !secret).map(setting => setting.read(call)));
      return { data: Object.assign({}, ...all) };
    },
  },
  ...single.flatMap(([name, field]): Command[] => [
    {
      name: `get${name}`,
      role: 'viewer',
      changes: false,
      parameters: ['acmetype'],
      async run(call) {
        acmeType(call);
        return { data: await settingOf(name).read(call) };
      },
    },
    {
      name: `set${name}`,
      role: 'admin',
      changes: true,
      parameters: [field, 'acmetype'],
      run: call => write(call, settingOf(name), field),
    },
  ]),
];
