/** One block of a PEM file (RFC 7468), as it stood there. */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY` … */
  label: string;
  /** With its first and last line, ready to be read by OpenSSL. */
  text: string;
  /** A private key that takes a pass phrase: PKCS#8 by its label, PKCS#1 and SEC1 by RFC 1421 headers. */
  encrypted: boolean;
}

/**
 * The blocks of a file, whatever stands around them: what `openssl x509 -text` prints, bag attributes, a mail's text, a
 * byte order mark. Lines may be indented and end in any way. A block without its end is none.
 */
export function pemBlocks(file: Buffer): PemBlock[] {
  const blocks: PemBlock[] = [];
  let label: string | null = null;
  let body: string[] = [];
  // Line by line: it takes as long as the file is, whatever is in it.
  for (const line of file
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)) {
    const [, edge, name = ''] = /^\s*-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----\s*$/.exec(line) ?? [];
    if (edge === 'BEGIN') [label, body] = [name, []];
    else if (edge === 'END' && name === label) {
      blocks.push(blockOf(label, body));
      label = null;
    } else if (label !== null) body.push(line.trim());
  }
  return blocks;
}

/** The empty line that ends RFC 1421 headers stays; OpenSSL takes others for the end of the block. */
function blockOf(label: string, body: readonly string[]): PemBlock {
  const headers = body[0]?.includes(':') ? body.slice(0, body.indexOf('')) : [];
  const content = body.slice(headers.length).filter(Boolean);
  const lines = [...headers, ...(headers.length > 0 ? [''] : []), ...content];
  return {
    label,
    text: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`,
    encrypted: label === 'ENCRYPTED PRIVATE KEY' || headers.some(header => /^Proc-Type: *4, *ENCRYPTED$/.test(header)),
  };
}
