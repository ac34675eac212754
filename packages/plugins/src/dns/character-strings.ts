/*
 * TXT values in the presentation format of RFC 1035 §5.1, in which several APIs want and show them: one or more quoted
 * strings of at most 255 bytes, `"` and `\` escaped by `\`, other bytes as `\` and three decimal digits.
 */

/** A value as quoted strings. */
export function quoteText(value: string): string {
  const bytes = Buffer.from(value);
  const strings: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    strings.push(`"${[...bytes.subarray(at, at + 255)].map(escapeByte).join('')}"`);
  }
  return strings.join(' ');
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  return byte >= 0x20 && byte < 0x7f ? character : `\\${String(byte).padStart(3, '0')}`;
}

/** The value of quoted strings; text without quotes, as records from before may have it, is the value itself. */
export function unquoteText(text: string): string {
  if (!text.startsWith('"')) return text;
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inside = '']) => inside);
  const bytes = strings.flatMap(string =>
    [...string.matchAll(/\\(\d{3})|\\(.)|([^\\])/gs)].map(([, code, escaped, plain]) =>
      code === undefined ? Buffer.from(escaped ?? plain ?? '') : Buffer.from([Number(code) & 0xff]),
    ),
  );
  return Buffer.concat(bytes).toString();
}
