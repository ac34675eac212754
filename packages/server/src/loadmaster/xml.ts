import type { Data, Value } from './command.js';

/** One client compares it literally: no charset may follow. */
export const XML_CONTENT_TYPE = 'text/xml';

const declaration = '<?xml version="1.0" encoding="ISO-8859-1"?>\n';

/** A successful reply with a message or with data. */
export function xmlSuccess(content: { message: string } | { data: Data }): string {
  const inner = 'data' in content ? element('Data', content.data) : escapeText(content.message);
  return `${declaration}<Response stat="200" code="ok"><Success>${inner}</Success></Response>\n`;
}

/** A reply that says what is wrong; `status` is also that of HTTP. */
export function xmlError(status: number, message: string): string {
  return `${declaration}<Response stat="${status}" code="fail"><Error>${escapeText(message)}</Error></Response>\n`;
}

/** LoadMaster's XML is elements with text alone: a writer of this size needs no library. */
function element(name: string, value: Value): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw new TypeError(`"${name}" can't be the name of an XML element.`);
  const content = typeof value === 'object' ? elements(value) : escapeText(textOf(value));
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function elements(data: Data): string {
  return Object.entries(data)
    .flatMap(([name, value]) =>
      (isList(value) ? value : [value]).map(one => (one === undefined ? '' : element(name, one))),
    )
    .join('');
}

function isList(value: Data[string]): value is readonly Value[] {
  return Array.isArray(value);
}

function textOf(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'Y' : 'N';
  return String(value);
}

/**
 * Everything outside ASCII goes out as a numeric reference: read alike as the ISO-8859-1 that is declared, as UTF-8,
 * and as the US-ASCII that `text/xml` without a charset once meant (RFC 3023 §3.1). What XML 1.0 §2.2 has no place for,
 * even as a reference, is shown as U+FFFD.
 */
function escapeText(text: string): string {
  return text.replace(/[^\x20-\x7e]|[<>&"']/gu, character => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n' || character === '\t') return character;
    const isCharacter =
      code === 0xd || (code >= 0x20 && code < 0xd800) || (code > 0xdfff && code !== 0xfffe && code !== 0xffff);
    return `&#${isCharacter ? code : 0xfffd};`;
  });
}
