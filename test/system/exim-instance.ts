/** A private Exim for a test. What docs/mta-exim.md tells an admin to write is taken from that page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../bench/suite.ts';
import { root } from '../sources.ts';
import { type EximDaemon, eximUser, startEximDaemon } from './exim-daemon.ts';

export type EximOptions = {
  /** The transport of the page for our lists: `listmill_lmtp`, `listmill_pipe`. */
  readonly transport: string;
  /** Names of lists at `lists.example`. */
  readonly lists: readonly string[];
  /** What stands in the page, and what a test puts in its place. */
  readonly instead: Readonly<Record<string, string>>;
  /** Where all mail for others goes. */
  readonly sink?: number;
};

/** It takes mail for our lists on `port`; on `out` we hand over. */
export type Exim = EximDaemon & { readonly port: number; readonly out: number };

/** The indented block of a page that begins with this line. */
export function documented(page: string, first: string): string {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const at = text.indexOf(`\n    ${first}\n`);
  assert(at >= 0, `${page} has no block that begins with "${first}"`);
  const lines = text.slice(at + 1).split('\n');
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('    '));
  return lines.slice(0, end).join('\n').replace(/^ {4}/gm, '').trimEnd().concat('\n');
}

/** Starts an instance and waits until it answers. */
export async function startExim(options: EximOptions): Promise<Exim> {
  const [port, out] = [await freePort(), await freePort()];
  const daemon = await startEximDaemon((folder) => ({
    lists: options.lists.map((name) => `${name}:\n`).join(''),
    'exim.conf': configuration(folder, port, out, options),
  }));
  return { ...daemon, port, out };
}

function configuration(folder: string, port: number, out: number, options: EximOptions): string {
  const page = 'mta-exim.md';
  const main = documented(page, 'daemon_smtp_ports = 25 : 10025')
    .replace('0.0.0.0.25', `127.0.0.1.${port}`)
    .replace('127.0.0.1.10025', `127.0.0.1.${out}`)
    .replace('25 : 10025', `${port} : ${out}`);
  const transports = ['listmill_lmtp:', 'listmill_pipe:', 'listmill_maildir:'];
  let blocks = [
    'begin acl\ncheck_rcpt:\n',
    documented(page, 'accept hosts     = 127.0.0.1').replace('10025', String(out)),
    'deny !domains = +listmill_domains\n     message = relay not permitted\n',
    'require verify = recipient\naccept\n',
    'begin routers\n',
    documented(page, 'listmill:').replace('listmill_lmtp', options.transport),
    documented(page, 'listmill_unknown:'),
    'others:\n  driver = manualroute\n  route_list = * 127.0.0.1\n  self = send\n',
    '  transport = sink\n',
    'begin transports\n',
    ...transports.map((first) => documented(page, first)),
    `sink:\n  driver = smtp\n  port = ${options.sink ?? 9}\n  allow_localhost\n`,
    'begin retry\n* * F,1h,1s\n',
  ].join('');
  const instead = {
    '/etc/exim4/listmill-lists': join(folder, 'lists'),
    '= listmill\n': `= ${eximUser}\n`,
    ...options.instead,
  };
  for (const [from, to] of Object.entries(instead)) blocks = blocks.replaceAll(from, to);
  return `smtputf8_advertise_hosts = *
tls_advertise_hosts =
acl_smtp_rcpt = check_rcpt
${documented(page, 'domainlist listmill_domains = lists.example')}${main}${blocks}`;
}
