/** A private Exim by its defaults, but for the settings that are tried. */
import { startEximDaemon } from '../../test/system/exim-daemon.ts';
import { freePort } from '../suite.ts';
import type { Mta, Settings, World } from './mta.ts';

/** How often it starts a run through its queue; most sites say 30 minutes. */
const queueRuns = '-q10s';

export async function startTunedExim(world: World, settings: Settings): Promise<Mta> {
  const port = await freePort();
  // In a list of hosts a colon is said twice.
  const routes = [...world].map(([domain, place]) => `${domain}: ${place.host}::${place.port}\n`);
  const daemon = await startEximDaemon(
    (folder) => ({
      routes: routes.join(''),
      'exim.conf': configuration(folder, port, settings),
    }),
    queueRuns,
  );
  return { ...daemon, port };
}

function configuration(folder: string, port: number, settings: Settings): string {
  const lines = (some: Readonly<Record<string, string>> = {}, indent = ''): string =>
    Object.entries(some)
      .map(([key, value]) => `${indent}${key} = ${value}\n`)
      .join('');
  return `local_interfaces = 127.0.0.1
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
  allow_localhost
${lines(settings.transport, '  ')}begin retry
* * F,1h,1m
`;
}
