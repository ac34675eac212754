import type { Digest, Notice } from '../channel.js';
import { cellsOf, columnTitles, introduction, oneLine, rest } from './text.js';

/** Beside the word, never instead of it; dark enough on white, light enough on black. */
const colours: Record<Notice['severity'], string> = { info: '#2f7d4f', warning: '#b06a00', critical: '#d02b2b' };
const cell = 'style="text-align:left;vertical-align:top;padding:4px 12px 4px 0"';

/** A digest as HTML for mail programs: one table, styles in place, nothing that is loaded from elsewhere. */
export function digestHtml(digest: Digest): string {
  const { notices } = digest;
  const more = rest(digest, notices.length, notices.length);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeHtml(digest.subject)}</title></head><body style="font-family:sans-serif;font-size:14px">`,
    ...introduction(digest).map(paragraph),
    ...(notices.length === 0 ? [] : [table(notices)]),
    ...(more === '' ? [] : [paragraph(more)]),
    '</body></html>\n',
  ].join('\n');
}

function table(notices: readonly Notice[]): string {
  const head = columnTitles.map(title => `<th ${cell}>${title}</th>`).join('');
  return `<table style="border-collapse:collapse"><tr>${head}</tr>\n${notices.map(row).join('\n')}\n</table>`;
}

function row(notice: Notice): string {
  const [what = '', ...others] = cellsOf(notice);
  const first = `<td ${cell}><b style="color:${colours[notice.severity]}">${escapeHtml(what)}</b></td>`;
  const cells = others.map(text => `<td ${cell}>${escapeHtml(text)}</td>`).join('');
  const message = `<td></td><td colspan="3" style="padding:0 0 8px">${escapeHtml(oneLine(notice.message))}</td>`;
  return `<tr>${first}${cells}</tr><tr>${message}</tr>`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? character);
}
