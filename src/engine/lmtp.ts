/** The LMTP server: a reply for each recipient, one copy on disk, nothing held in memory. */
import { hostname } from 'node:os';
import { explain, isPassing } from '../ground/errors.ts';
import { type Arrival, discardArrival, hear, land, MessageTooLarge } from '../spool/arriving.ts';
import { accept, acceptHeard, type Target } from '../spool/intake.ts';
import { checkRoom } from '../spool/room.ts';
import { refusedWhole } from './at-the-door.ts';
import { isNobody } from './author-alias.ts';
import { type Destination, findDestination } from './desk.ts';
import { type DomainPolicies, domainPolicies } from './domain-policies.ts';
import { targetFor } from './door.ts';
import { listenAt } from './listening.ts';
import { LmtpServer, type SMTPServerDataStream, type SMTPServerSession } from './lmtp-server.ts';
import type { Site } from './site.ts';

type Reply = Error | string;

type Parts = {
  readonly site: Site;
  readonly find: (address: string) => Promise<Destination | undefined>;
  readonly policies: DomainPolicies;
};

/** Listens at `where` (`host:port`, `unix:PATH`, `unix:/PATH`) until `close` is called. */
export async function startLmtp(
  site: Site,
  where: string,
  counts: { readonly now: () => number; readonly accepted: (n: number) => void },
): Promise<{ readonly where: string; close(): Promise<void> }> {
  const { config, paths, log } = site;
  const store = await site.store();
  const find = (address: string) => findDestination(store, address, config.site.separator);
  const parts: Parts = { site, find, policies: domainPolicies(config, store.rules) };
  const server = new LmtpServer({
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
        (found) => (found ? done() : done(reply(550, `5.1.1 no such list: ${address}`))),
        (error: unknown) => done(reply(451, `4.3.0 ${explain(error)}`)),
      );
    },
    onData(stream, session, done) {
      take(parts, stream, session, counts.now()).then(
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
  await listenAt(
    {
      server: server.server,
      listen: (at, done) =>
        'path' in at ? server.listen(at.path, done) : server.listen(at.port, at.host, done),
    },
    where,
    paths.var,
  );
  return {
    where,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Takes one message for all recipients of its transaction. */
async function take(
  { site, find, policies }: Parts,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  now: number,
): Promise<Reply[]> {
  const { spool, config, log } = site;
  checkRoom(spool, config.limits, now);
  const message = await hear(spool, stream, config.limits.messageBytes);
  const recipients = session.envelope.rcptTo.map(({ address }) => address);
  const from = sender(session);
  let landed = message.kind === 'arrived' ? Promise.resolve(message) : undefined;
  const arrival = (): Promise<Arrival> => {
    landed ??= land(spool, message);
    return landed;
  };
  const file = async () => (await arrival()).file;
  const discard = async () => {
    if (landed !== undefined) discardArrival(spool, await landed);
  };
  let answers: readonly (Destination | Error)[];
  try {
    const desk = { now, config, books: await site.store(), dmarc: (d: string) => policies(d, now) };
    answers = await Promise.all(
      recipients.map(async (recipient): Promise<Destination | Error> => {
        const found = await find(recipient);
        if (!found || (await isNobody(desk.books, found))) {
          return reply(550, `5.1.1 no such list: ${recipient}`);
        }
        const { size, id: root } = message;
        const why = await refusedWhole(desk, { ...found, size, file, root, sender: from });
        return why === undefined ? found : reply(550, `5.7.1 ${why}`);
      }),
    );
  } catch (error) {
    await discard();
    throw error;
  }
  const targets = targetsOf(answers, recipients);
  for (const [n, one] of answers.entries()) {
    if (!(one instanceof Error)) continue;
    log.info({ event: 'refused-at-data', from, recipient: recipients[n], why: one.message });
  }
  if (targets.size === 0) {
    await discard();
    return answers.filter((one) => one instanceof Error);
  }
  const copies = [...targets.values()];
  const ids =
    message.kind === 'heard' && landed === undefined
      ? await acceptHeard(spool, message, from, copies, now)
      : await accept(spool, await arrival(), from, copies, now);
  for (const [n, entry] of ids.entries()) {
    const { recipient, list } = copies[n] ?? {};
    log.info({ event: 'received', via: 'lmtp', entry, list, recipient, from, size: message.size });
  }
  const entries = new Map([...targets.keys()].map((key, n) => [key, ids[n]]));
  return answers.map((one, n) =>
    one instanceof Error ? one : `OK ${entries.get(keyOf(recipients[n]))}`,
  );
}

/** Who is named twice gets one copy. */
function targetsOf(
  answers: readonly (Destination | Error)[],
  recipients: readonly string[],
): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const [n, one] of answers.entries()) {
    const recipient = recipients[n] ?? '';
    const key = keyOf(recipient);
    if (one instanceof Error || targets.has(key)) continue;
    targets.set(key, targetFor(one, recipient, 'lmtp'));
  }
  return targets;
}

function keyOf(recipient = ''): string {
  return recipient.toLowerCase();
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
  if (error instanceof MessageTooLarge) return reply(552, `5.3.4 ${error.message}`);
  const text = isPassing(error) ? explain(error) : `local error: ${explain(error)}`;
  return reply(451, `4.3.0 ${text}`);
}
