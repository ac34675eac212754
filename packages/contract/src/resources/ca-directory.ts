/** CAs that are well known, by a short name, so that nobody has to look up the URLs of their directories. */
export const wellKnownDirectories = {
  letsencrypt: { title: "Let's Encrypt", directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory' },
  'letsencrypt-staging': {
    title: "Let's Encrypt, staging: for trials, trusted by nobody",
    directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory',
  },
  zerossl: { title: 'ZeroSSL', directoryUrl: 'https://acme.zerossl.com/v2/DV90' },
  google: { title: 'Google Trust Services', directoryUrl: 'https://dv.acme-v02.api.pki.goog/directory' },
} as const satisfies Record<string, { title: string; directoryUrl: string }>;
