import { isIP } from 'node:net';
import { usageFailure } from '../failure.js';
import type { Flag } from '../flags.js';

/** `address:port[,weight=N][,limit=N][,disabled]`, an IPv6 address in brackets, as the body of a real server. */
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
  const limit = /^limit=(\d+)$/.exec(text);
  if (limit) return { connectionLimit: Number(limit[1]) };
  if (text === 'disabled') return { enabled: false };
  throw notARealServer(whole);
}

function notARealServer(text: string): Error {
  return usageFailure(
    `"${text}" is not a real server.`,
    'Give it as address:port[,weight=N][,limit=N][,disabled], an IPv6 address in brackets: [2001:db8::1]:8080.',
  );
}

/** The real servers that a (sub) virtual service starts with. */
export const realServersFlag: Flag = {
  name: 'real-server',
  placeholder: 'address:port[,weight=N][,limit=N][,disabled]',
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

/** Of an https service that is made. */
export const withoutHttp2Flag: Flag = {
  name: 'without-http2',
  field: ['http2'],
  value: false,
  help: 'Of an https service: offer HTTP/1.1 alone.',
};

/** Of an https service that is there already. */
export const http2Flags: Flag[] = [
  { name: 'http2', field: ['http2'], help: 'Of an https service: offer HTTP/2 beside HTTP/1.1.' },
  withoutHttp2Flag,
];

/** Which requests a sub virtual service takes. */
export const contentRulesFlag: Flag = {
  name: 'content-rule',
  placeholder: 'name',
  repeat: true,
  field: ['contentRules'],
  help: 'Take what this content rule matches; may be repeated. None, or "default": what no other one takes.',
};

/** Takes the content rules away. */
export const withoutContentRulesFlag: Flag = {
  name: 'without-content-rules',
  field: ['contentRules'],
  value: [],
  help: 'Take the requests that no other sub virtual service takes.',
};
