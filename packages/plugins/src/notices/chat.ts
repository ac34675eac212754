import type { Digest, Notice } from '../channel.js';
import { cellsOf, introduction, oneLine, rest } from './text.js';

/** A chat is no place for long lists, and services refuse messages that are too long (Teams: 28 KB). */
const mostNotices = 25;
const longestMessage = 500;

const marks: Record<Notice['severity'], string> = { info: '🟢', warning: '🟠', critical: '🔴' };

/** A message as Slack takes it, and those that took it over from there (Mattermost, Rocket.Chat, Discord's /slack). */
export function slackMessage(digest: Digest): { text: string } {
  const { subject, notices } = digest;
  const shown = notices.slice(0, mostNotices);
  const lines = [
    `*${mrkdwn(subject)}*`,
    ...introduction(digest).map(mrkdwn),
    ...shown.map(notice => `${marks[notice.severity]} ${titleOf(notice, mrkdwn)}: ${mrkdwn(messageOf(notice))}`),
    mrkdwn(rest(digest, shown.length, notices.length)),
  ];
  return { text: lines.filter(line => line !== '').join('\n') };
}

/** A message as Microsoft Teams takes it (a workflow's web hook): an Adaptive Card with a table. */
export function teamsMessage(digest: Digest) {
  const { subject, notices } = digest;
  const shown = notices.slice(0, mostNotices);
  const more = rest(digest, shown.length, notices.length);
  const body = [
    { type: 'TextBlock', size: 'Medium', weight: 'Bolder', wrap: true, text: markdown(subject) },
    ...introduction(digest).map(text => ({ type: 'TextBlock', wrap: true, text: markdown(text) })),
    ...shown.flatMap(notice => [
      {
        type: 'FactSet',
        facts: [
          { title: `${marks[notice.severity]} ${cellsOf(notice)[0]}`, value: titleOf(notice, markdown) },
          { title: '', value: markdown(messageOf(notice)) },
        ],
      },
    ]),
    ...(more === '' ? [] : [{ type: 'TextBlock', wrap: true, text: markdown(more) }]),
  ];
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }],
  };
}

function titleOf(notice: Notice, escaped: (text: string) => string): string {
  const [what = '', certificate = '', names = ''] = cellsOf(notice).map(escaped);
  return `${what} *${certificate}*${names === '' ? '' : ` (${names})`}`;
}

function messageOf({ message }: Notice): string {
  const line = oneLine(message);
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}

/** Slack: these three begin links and mentions such as <!channel>. */
function mrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The Markdown of Adaptive Cards: links and emphasis that a CA's text might hold. */
function markdown(text: string): string {
  return text.replace(/[\\*_[\]()#`~]/g, '\\$&');
}
