/** A private Exim by its defaults, but for the settings that are tried. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exim, eximUser } from '../../test/system/exim-instance.ts';
import { atEnd, removeFolder } from '../ends.ts';
import { answering } from '../peers/answering.ts';
import { freePort } from '../suite.ts';
import { hosts, type Mta, type Settings } from './mta.ts';

/** How often it starts a run through its queue; most sites say 30 minutes. */
const queueRuns = '-q10s';
const startMs = 30_000;

export async function startTunedExim(sink: number, settings: Settings): Promise<Mta> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-exim-'));
  const removed = atEnd(() => removeFolder(folder));
  const port = await freePort();
  const config = join(folder, 'exim.conf');
  writeFileSync(config, configuration(folder, port, sink, settings));
  const routes = [...hosts()].map(([domain, host]) => `${domain}: ${host}\n`);
  writeFileSync(join(folder, 'routes'), routes.join(''));
  chmodSync(folder, 0o755);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, eximUser])));
  chownSync(folder, uid ?? 0, gid ?? 0);
  const args = ['-C', config, '-bdf', queueRuns];
  const daemon = spawn(exim, args, { stdio: 'ignore', detached: true });
  await answering(port, startMs);
  const input = join(folder, 'spool', 'input');
  return {
    port,
    // A file for the envelope, one for the message, and for a moment others.
    waiting: () =>
      existsSync(input)
        ? readdirSync(input, { recursive: true }).filter((name) => String(name).endsWith('-H'))
            .length
        : 0,
    async [Symbol.asyncDispose]() {
      await end(daemon);
      removeFolder(folder);
      removed();
    },
  };
}

/** The daemon, and what it has started: the last delivery may still write its log. */
async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exit = once(daemon, 'exit');
  process.kill(-daemon.pid, 'SIGKILL');
  await exit;
}

function configuration(folder: string, port: number, sink: number, settings: Settings): string {
  const lines = (some: Readonly<Record<string, string>> = {}, indent = ''): string =>
    Object.entries(some)
      .map(([key, value]) => `${indent}${key} = ${value}\n`)
      .join('');
  return `spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/exim.pid
primary_hostname = mx.lists.example
keep_environment =
# The program is not setuid: what it starts is what it is itself.
deliver_drop_privilege
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
tls_advertise_hosts =
acl_smtp_rcpt = accept
${lines(settings.main)}begin routers
far:
  driver = manualroute
  route_data = \${lookup{$domain}lsearch{${folder}/routes}{$value}fail}
  self = send
  transport = remote
begin transports
remote:
  driver = smtp
  port = ${sink}
  allow_localhost
${lines(settings.transport, '  ')}begin retry
* * F,1h,1m
`;
}
