/** Directories of public CAs by a short name, so that nobody has to look up their URLs. */
export const wellKnownDirectories: Record<string, string> = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
  zerossl: 'https://acme.zerossl.com/v2/DV90',
  google: 'https://dv.acme-v02.api.pki.goog/directory',
};

/** The URL behind a short name; anything else as it is. */
export function directoryOf(text: string): string {
  return wellKnownDirectories[text] ?? text;
}
