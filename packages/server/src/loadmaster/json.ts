import type { Data } from './command.js';

export const JSON_CONTENT_TYPE = 'application/json';

/** Keys that the envelope has by itself. `Status` of a virtual service is not one of them. */
const reserved = ['code', 'message', 'status'];

/**
 * A successful reply: the data's fields at the top level. `status` comes last, because a decoder that ignores case
 * would else put it in the place of a virtual service's `Status`.
 */
export function jsonSuccess(content: {
  message?: string | undefined;
  data?: Data;
  underData?: boolean | undefined;
}): string {
  const { message, data = {}, underData = false } = content;
  const taken = Object.keys(data).find(field => reserved.includes(field));
  if (taken !== undefined) throw new TypeError(`A reply can't have the field "${taken}", which its envelope has.`);
  return render({ code: 200, message, ...data, ...(underData ? { Data: data } : {}), status: 'ok' });
}

/** A reply that says what is wrong; `code` is also HTTP's status. */
export function jsonError(code: number, message: string): string {
  return render({ code, message, status: 'fail' });
}

function render(content: object): string {
  return `${JSON.stringify(content)}\n`;
}
