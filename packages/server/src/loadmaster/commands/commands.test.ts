import { expect, test } from 'vitest';
import { commands } from './index.js';
import { isNotOffered } from './not-offered.js';

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

/**
 * Commands of LoadMaster's that Certfleet does not have: global balancing (GEO), single sign-on (SSO), licences, rules.
 */
const notWanted = `
  addprerule delprerule addrequestrule delrequestrule addresponserule delresponserule
  addresponsebodyrule delresponsebodyrule vstotals
  licenseinfo license accesskey alsilicense alsilicensetypes aslactivate aslgetlicensetypes killaslinstance
  kill_instance kill_spla_instance accepteula accepteula2 readeula
  enablegeo disablegeo isgeoenabled getgeopartnerstatus geostats geochangecheckermapping geodeleteksk geogenerateksk
  geosetdnssec geoshowdnssec geoacl.addcustom geoacl.getsettings geoacl.updatenow
  addfqdn delfqdn modfqdn showfqdn listfqdns addmap delmap modmap changemaploc changecheckeraddr addrr delrr modrr
  addcluster delcluster modcluster showcluster listclusters clustchangeloc listparams modparams locdataupdate
  addcountry removecountry addipcountry removeipcountry addcustomlocation deletecustomlocation editcustomlocation
  listcustomlocation addip delip listips showip modiploc deliploc
  adddomain deldomain moddomain showdomain showdomainlockedusers unlockdomainusers listssoimages delssoimage
  ssodomain.querysessions ssodomain.killallsessions logging.ssoflush downloadsamlspcert uploadsamlidpmd
`
  .trim()
  .split(/\s+/);

test.each(notWanted)('%s is refused by its name', name => {
  expect(isNotOffered(name)).toBe(true);
});

test.each(['', 'nonsense', 'geometry', 'licence', 'ssl', 'geoacl', 'ssodomain.', `ssodomain.${'x'.repeat(80)}`])(
  '"%s" is no command of a LoadMaster',
  name => {
    expect(isNotOffered(name)).toBe(false);
  },
);

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
