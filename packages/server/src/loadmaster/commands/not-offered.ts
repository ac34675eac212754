/**
 * Commands that LoadMaster has and Certfleet does not, by what they are for. Clients are told so by name, instead of
 * being told that there is no such command.
 */
const notOffered = {
  'rules of other types': `addprerule delprerule addrequestrule delrequestrule addresponserule delresponserule
    addresponsebodyrule delresponsebodyrule`,
  'statistics that stats has too': 'vstotals',
  licences: `licenseinfo license accesskey alsilicense alsilicensetypes aslactivate aslgetlicensetypes killaslinstance
    kill_instance kill_spla_instance accepteula accepteula2 readeula`,
  'global balancing (GEO)': `enablegeo disablegeo isgeoenabled getgeopartnerstatus geostats geochangecheckermapping
    geodeleteksk geogenerateksk geosetdnssec geoshowdnssec
    addfqdn delfqdn modfqdn showfqdn listfqdns addmap delmap modmap changemaploc changecheckeraddr addrr delrr modrr
    addcluster delcluster modcluster showcluster listclusters clustchangeloc listparams modparams locdataupdate
    addcountry removecountry addipcountry removeipcountry
    addcustomlocation deletecustomlocation editcustomlocation listcustomlocation
    addip delip listips showip modiploc deliploc`,
  'single sign-on (SSO)': `adddomain deldomain moddomain showdomain showdomainlockedusers unlockdomainusers
    listssoimages delssoimage downloadsamlspcert uploadsamlidpmd logging.ssoflush`,
};

const names = new Set(Object.values(notOffered).flatMap(family => family.split(/\s+/)));

/** Two families have commands below their names: `geoacl/addcustom`, `ssodomain/queryall`. */
const below = /^(geoacl|ssodomain)\.[a-z]{1,40}$/;

/** Whether a LoadMaster knows this command, in lower case, and Certfleet does not have it on purpose. */
export function isNotOffered(name: string): boolean {
  return names.has(name) || below.test(name);
}
