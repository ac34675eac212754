import { expect, test } from 'vitest';
import { commands, isNotOffered } from './index.js';

/** The commands of LoadMaster's interface that clients use, by what they are about. */
const ofLoadMaster = `
  registerleaccount fetchleaccount leaccountinfo addlecert renewlecert dellecert listlecert getlecert
  registeracmeaccount fetchacmeaccount acmeaccountinfo addacmecert renewacmecert delacmecert listacmecert getacmecert
  getacmerenewperiod setacmerenewperiod getacmedirectoryurl setacmedirectoryurl getacmekid setacmekid getacmehmac
  setacmehmac delacmeconfig
  listvs showvs addvs modvs delvs addrs showrs modrs delrs enablers disablers
  addrule modrule showrule delrule addrsrule delrsrule
  listcert addcert delcert readcert addintermediate delintermediate listintermediate readintermediate
  backupcert restorecert backup restore
  addapikey listapikeys delapikey
  logging.listsyslogfiles logging.savelogs logging.clearlogs
  get set getall listapi stats
`
  .trim()
  .split(/\s+/);

/** What LoadMaster has no command for: one that does what its documents describe by hand. */
const ours = ['convertvs'];

test('every command that clients use is served, and no other', () => {
  const served = commands.map(({ name }) => name);
  expect(served.sort()).toEqual([...ofLoadMaster, ...ours].sort());
});

test.each(ofLoadMaster)('%s is not refused as one that Certfleet does not have', name => {
  expect(isNotOffered(name)).toBe(false);
});

test.each(commands.map(command => [command.name, command] as const))(
  '%s is written as the API writes it',
  (name, command) => {
    expect(name).toMatch(/^[a-z]+(\.[a-z]+)?$/);
    const parameters = command.parameters.map(parameter => parameter.toLowerCase());
    expect(new Set(parameters).size).toBe(parameters.length);
    // They belong to the request, never to a command.
    expect(parameters).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(apikey|apiuser|apipass|cmd|data)$/)]),
    );
  },
);
