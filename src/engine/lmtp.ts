/** The LMTP server: a reply for each recipient, one copy on disk, nothing held in memory. */
import { chmodSync, existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { explain, isPassing } from '../ground/errors.ts';
import { accept, arrive, checkRoom, discardArrival, MessageTooLarge } from '../spool/intake.ts';
import { type Destination, findDestination } from './desk.ts';
import { targetFor } from './door.ts';
import type { Site } from './site.ts';

type Reply = Error | string;

/** Listens at `where` (`host:port`, `unix:PATH`, `unix:/PATH`) until `close` is called. */
export async function startLmtp(
  site: Site,
  where: string,
  counts: { readonly now: () => number; readonly accepted: (n: number) => void },
): Promise<{ readonly where: string; close(): Promise<void> }> {
  const { config, paths, log } = site;
  const store = await site.store();
  const find = (address: string) => findDestination(store, address, config.site.separator);
  const server = new SMTPServer({
    lmtp: true,
    name: hostname(),
    banner: 'Listmill',
    size: config.limits.messageBytes,
    maxClients: config.lmtp.maxClients,
    maxRecipients: config.lmtp.maxRecipients,
    socketTimeout: config.lmtp.idleMs,
    closeTimeout: config.master.graceMs,
    disabledCommands: ['AUTH', 'STARTTLS', 'VRFY', 'HELP'],
    authOptional: true,
    // A name server that does not answer must not hold mail up.
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    logger: false,
    onRcptTo({ address }, _session, done) {
      find(address).then(
        (found) => (found ? done() : done(reply(550, `no such list: ${address}`))),
        (error: unknown) => done(reply(451, explain(error))),
      );
    },
    onData(stream, session, done) {
      take(site, stream, session, find, counts.now()).then(
        (replies) => {
          counts.accepted(replies.filter((one) => typeof one === 'string').length);
          done(null, replies as string[]);
        },
        (error: unknown) => {
          const refused = refusal(error);
          log.warn({ event: 'not-accepted', from: sender(session), why: explain(error) });
          stream.resume();
          done(refused);
        },
      );
    },
  });
  server.on('error', (error: unknown) => log.warn({ event: 'lmtp-error', why: explain(error) }));
  await listen(server, where, paths.var);
  return {
    where,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Takes one message for all recipients of its transaction. */
async function take(
  site: Site,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  find: (address: string) => Promise<Destination | undefined>,
  now: number,
): Promise<Reply[]> {
  const { spool, config, log } = site;
  checkRoom(spool, config.limits, now);
  const arrival = await arrive(spool, stream, config.limits.messageBytes);
  const recipients = session.envelope.rcptTo.map(({ address }) => address);
  const found = await Promise.all(recipients.map(find)).catch((error: unknown) => {
    discardArrival(spool, arrival);
    throw error;
  });
  const targets = found.flatMap((one, n) =>
    one ? [targetFor(one, recipients[n] ?? '', 'lmtp')] : [],
  );
  if (targets.length === 0) {
    discardArrival(spool, arrival);
    return recipients.map((address) => reply(550, `no such list: ${address}`));
  }
  const from = sender(session);
  const ids = [...(await accept(spool, arrival, from, targets, now))];
  for (const [n, entry] of ids.entries()) {
    const { recipient, list } = targets[n] ?? {};
    log.info({ event: 'received', via: 'lmtp', entry, list, recipient, from, size: arrival.size });
  }
  return found.map((one, n) =>
    one ? `OK ${ids.shift()}` : reply(550, `no such list: ${recipients[n]}`),
  );
}

function sender(session: SMTPServerSession): string | null {
  const { mailFrom } = session.envelope;
  return mailFrom === false || mailFrom.address === '' ? null : mailFrom.address;
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** Disk and store in trouble, and whatever else we cannot answer for, is "later". */
function refusal(error: unknown): Error {
  if (error instanceof MessageTooLarge) return reply(552, error.message);
  const text = isPassing(error) ? explain(error) : `local error: ${explain(error)}`;
  return reply(451, text);
}

async function listen(server: SMTPServer, where: string, varFolder: string): Promise<void> {
  if (where.startsWith('unix:')) {
    const named = where.slice('unix:'.length);
    const path = isAbsolute(named) ? named : join(varFolder, named);
    mkdirSync(dirname(path), { recursive: true, mode: 0o770 });
    await removeStale(path);
    await started(server, (ready) => server.listen(path, ready));
    chmodSync(path, 0o660);
    return;
  }
  const colon = where.lastIndexOf(':');
  const host = where.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = Number(where.slice(colon + 1));
  await started(server, (ready) => server.listen(port, host, ready));
}

function started(server: SMTPServer, listen: (ready: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    listen(() => {
      server.server.off('error', reject);
      resolve();
    });
  });
}

/** A socket file that nobody answers at is left over from a crash. */
async function removeStale(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => resolve(true));
    probe.once('error', () => resolve(false));
    probe.once('close', () => probe.destroy());
  });
  if (answered) throw new Error(`another process listens at ${path}`);
  unlinkSync(path);
}
