import { isIP } from 'node:net';
import { ContentRule } from '@certfleet/contract';
import { usageFailure } from '../failure.js';
import { type Flag, flagsFor } from '../flags.js';

/** `address:port[,weight=N][,disabled]`, an IPv6 address in brackets, as the body of a real server. */
export function realServer(text: string): Record<string, unknown> {
  const [place = '', ...settings] = text.split(',');
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<four>[^:]+)):(?<port>\d+)$/.exec(place);
  const address = match?.groups?.six ?? match?.groups?.four ?? '';
  if (!match || isIP(address) === 0) throw notARealServer(text);
  return Object.assign({ address, port: Number(match.groups?.port) }, ...settings.map(one => setting(one, text)));
}

function setting(text: string, whole: string): Record<string, unknown> {
  const weight = /^weight=(\d+)$/.exec(text);
  if (weight) return { weight: Number(weight[1]) };
  if (text === 'disabled') return { enabled: false };
  throw notARealServer(whole);
}

function notARealServer(text: string): Error {
  return usageFailure(
    `"${text}" is not a real server.`,
    'Give it as address:port[,weight=N][,disabled], an IPv6 address in brackets: [2001:db8::1]:8080.',
  );
}

/** `none`, `tcp`, `http` or `http:/path`, as the contract's health check. */
function healthCheck(text: string): Record<string, unknown> {
  const [type, path] = text.startsWith('http:') ? ['http', text.slice('http:'.length)] : [text, undefined];
  if (!['none', 'tcp', 'http'].includes(type ?? '')) {
    throw usageFailure(`"${text}" is not a health check.`, 'Give none, tcp, http or http:/path.');
  }
  return { type, ...(path === undefined ? {} : { path }) };
}

/** Of virtual services and sub virtual services. */
export const healthCheckFlag: Flag = {
  name: 'health-check',
  placeholder: 'none|tcp|http[:/path]',
  field: ['healthCheck'],
  parse: healthCheck,
  help: 'How to see whether a real server works. (default: tcp)',
};

/** The real servers that a (sub) virtual service starts with. */
export const realServersFlag: Flag = {
  name: 'real-server',
  placeholder: 'address:port[,weight=N][,disabled]',
  repeat: true,
  field: ['realServers'],
  parse: realServer,
  help: 'A server that requests are passed on to; may be repeated.',
};

/** For things that are made enabled. */
export const disabledFlag: Flag = {
  name: 'disabled',
  field: ['enabled'],
  value: false,
  help: "Don't take requests yet.",
};

/** Of what is there already: enabled or not. */
export const enabledFlags: Flag[] = [
  { name: 'enable', field: ['enabled'], help: 'Take requests.' },
  { ...disabledFlag, name: 'disable', help: 'Take no requests.' },
];

/** Which requests a sub virtual service takes. */
export const contentRuleFlags: Flag[] = flagsFor(
  ContentRule,
  {
    match: { required: false, help: 'What of a request is compared.' },
    pattern: { required: false, placeholder: 'text', help: 'What it is compared with.' },
    negate: [{ name: 'negate', field: ['contentRule', 'negate'], help: 'Take the requests that do not match.' }],
    ignoreCase: [
      { name: 'ignore-case', field: ['contentRule', 'ignoreCase'], help: 'Compare without regard to case.' },
    ],
  },
  ['contentRule'],
);

/** Takes the content rule away. */
export const withoutContentRuleFlag: Flag = {
  name: 'without-content-rule',
  field: ['contentRule'],
  value: null,
  help: 'Take the requests that no other sub virtual service takes.',
};
