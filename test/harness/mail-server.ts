import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { findPart } from './parts.js';
import { freePort } from './ports.js';
import { runProgram, startProgram } from './process.js';
import { createWorkdir } from './workdir.js';

/** A message as it was delivered to one recipient. */
export interface DeliveredMail {
  to: string;
  /** All headers, folded lines joined. */
  headers: string;
  /** The value of a header; undefined when there is none. */
  header(name: string): string | undefined;
  /** The decoded parts by media type; the message itself when it has none. */
  parts: { mediaType: string; fileName: string | null; content: string }[];
}

/** chasquid, a mail server, on 127.0.0.1: it knows ops@, noc@ and holder@example.test and takes mail for nobody else. */
export interface MailServer {
  /** SMTP with STARTTLS; authentication is not asked for. */
  smtpPort: number;
  /** Submission (RFC 6409) with STARTTLS: nothing goes without authentication. */
  submissionPort: number;
  /** Submission with TLS from the start (RFC 8314). */
  tlsPort: number;
  /** Of a CA that nobody else knows; the certificate is for 127.0.0.1. */
  caPem: string;
  user: string;
  password: string;
  /** From now on it answers 451 to every message, as greylisting does, until this is called with false. */
  greylist(on: boolean): void;
  /** From now on it answers 554 to every message, until this is called with false. */
  refuse(on: boolean): void;
  /** Resolves with the mails that fit, in the order of their delivery, as soon as there are so many. */
  mails(count: number, fits?: (mail: DeliveredMail) => boolean): Promise<DeliveredMail[]>;
  stop(): Promise<void>;
}

const domain = 'example.test';
const password = 'correct horse';

/** Starts one with an empty mail folder. */
export async function startMailServer(): Promise<MailServer> {
  const workdir = createWorkdir('mail', { mode: 0o700 });
  const inbox = workdir.file('inbox');
  const hook = workdir.file('config', 'hooks', 'post-data');
  for (const folder of ['inbox', 'data', 'config/hooks', 'config/certs/localhost', `config/domains/${domain}`]) {
    mkdirSync(workdir.file(folder), { recursive: true });
  }
  const certificate = workdir.file('config/certs/localhost/fullchain.pem');
  const key = workdir.file('config/certs/localhost/privkey.pem');
  await runProgram(findPart('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...[
      '-subj',
      '/CN=mail server of a test',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
  ]);
  const deliver = workdir.file('deliver');
  script(deliver, `f=$(mktemp -p ${inbox}) && { echo "$1"; cat; } >"$f" && mv "$f" "${inbox}/mail.$(basename "$f")"`);
  const [smtpPort, submissionPort, tlsPort] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(
    workdir.file('config/chasquid.conf'),
    [
      'hostname: "localhost"',
      `smtp_address: "127.0.0.1:${smtpPort}"`,
      `submission_address: "127.0.0.1:${submissionPort}"`,
      `submission_over_tls_address: "127.0.0.1:${tlsPort}"`,
      `mail_delivery_agent_bin: "${deliver}"`,
      'mail_delivery_agent_args: "%to%"',
      `data_dir: "${workdir.file('data')}"`,
      'mail_log_path: "<stdout>"',
      '',
    ].join('\n'),
  );
  for (const user of ['ops', 'noc', 'holder']) {
    const options = [`--configdir=${workdir.file('config')}`, `--password=${password}`];
    await runProgram(findPart('chasquid-util'), [...options, 'user-add', `${user}@${domain}`]);
  }
  const program = await startProgram({
    name: 'chasquid',
    command: findPart('chasquid'),
    args: ['-config_dir', workdir.file('config')],
    ready: { port: tlsPort },
  });

  const delivered = () =>
    readdirSync(inbox)
      .filter(file => file.startsWith('mail.'))
      .map(file => ({ at: statSync(`${inbox}/${file}`).mtimeMs, mail: read(readFileSync(`${inbox}/${file}`, 'utf8')) }))
      .sort((a, b) => a.at - b.at)
      .map(({ mail }) => mail);
  return {
    smtpPort,
    submissionPort,
    tlsPort,
    caPem: readFileSync(certificate, 'utf8'),
    user: `ops@${domain}`,
    password,
    greylist(on) {
      if (on) script(hook, 'echo "4.7.1 Greylisted, come back later"; exit 1');
      else rmSync(hook);
    },
    refuse(on) {
      if (on) script(hook, 'echo "5.7.1 Not with these words"; exit 20');
      else rmSync(hook);
    },
    async mails(count, fits = () => true) {
      const deadline = Date.now() + 30_000;
      for (;;) {
        const mails = delivered().filter(fits);
        if (mails.length >= count) return mails;
        if (Date.now() > deadline) {
          throw new Error(`There are ${mails.length} mails and not ${count} after 30 s. chasquid:\n${program.log()}`);
        }
        await pause(25);
      }
    },
    async stop() {
      await program.stop();
      workdir.remove();
    },
  };
}

function script(path: string, command: string): void {
  writeFileSync(path, `#!/bin/sh\n${command}\n`);
  chmodSync(path, 0o755);
}

/** The recipient on a line of its own, then the message. */
function read(file: string): DeliveredMail {
  const [to = ''] = file.split('\n', 1);
  const { headers, body } = split(file.slice(to.length + 1));
  return { to, headers, header: name => headerOf(headers, name), parts: partsOf(headers, body) };
}

function split(text: string): { headers: string; body: string } {
  const lines = text.replaceAll('\r\n', '\n');
  const end = lines.indexOf('\n\n');
  return { headers: lines.slice(0, end).replace(/\n[ \t]+/g, ' '), body: lines.slice(end + 2) };
}

function headerOf(headers: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1];
}

function partsOf(headers: string, body: string): DeliveredMail['parts'] {
  const type = headerOf(headers, 'Content-Type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary !== undefined) {
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap(part => {
        const inner = split(part.replace(/^\n/, ''));
        return partsOf(inner.headers, inner.body);
      });
  }
  const fileName = /filename="?([^";]+)/.exec(headerOf(headers, 'Content-Disposition') ?? '')?.[1] ?? null;
  return [{ mediaType: type.split(';')[0] ?? '', fileName, content: decode(headers, body) }];
}

function decode(headers: string, body: string): string {
  switch (headerOf(headers, 'Content-Transfer-Encoding')?.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString();
    case 'quoted-printable': {
      const bytes = body
        .replace(/=\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
      return Buffer.from(bytes, 'latin1').toString();
    }
    default:
      return body;
  }
}
