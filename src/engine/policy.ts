/**
 * The policy service: an MTA asks at RCPT whether it shall take mail, before there is a message.
 *
 * It speaks Postfix's policy delegation protocol: lines `name=value`, an empty line; the answer
 * is `action=...` and an empty line. A question that cannot be answered gets DUNNO: this service
 * must never be the reason why mail does not come.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { explain } from '../ground/errors.ts';
import { parseAddress } from '../mail/address.ts';
import { refusedEarly } from './at-the-door.ts';
import { isNobody } from './author-alias.ts';
import { findDestination } from './desk.ts';
import { domainPolicies } from './domain-policies.ts';
import { listenAt } from './listening.ts';
import { Clients } from './policy-clients.ts';
import type { ViewDesk } from './posting-view.ts';
import type { Site } from './site.ts';

/** A question is some dozen short lines. */
const maxQuestion = 16_384;

export type PolicyQuestion = ReadonlyMap<string, string>;

/** Listens at `where` until `close` is called. */
export async function startPolicy(
  site: Site,
  where: string,
  now: () => number,
  answered: () => void,
): Promise<{ close(): Promise<void> }> {
  const { config, paths, log } = site;
  const store = await site.store();
  const policies = domainPolicies(config, store.rules);
  const sockets = new Set<Socket>();
  const clients = new Clients(config.policy);
  const answer = async (question: PolicyQuestion): Promise<string> => {
    const at = now();
    const desk: ViewDesk = { now: at, config, books: store, dmarc: (name) => policies(name, at) };
    const action = await answerTo(desk, question, clients).catch((error: unknown) => {
      log.warn({ event: 'policy-failed', why: explain(error) });
      return 'DUNNO';
    });
    answered();
    if (action !== 'DUNNO') {
      const recipient = question.get('recipient');
      log.info({ event: 'refused-at-rcpt', recipient, sender: question.get('sender'), action });
    }
    return action;
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, answer, config.policy.idleMs);
  });
  server.maxConnections = config.policy.maxClients;
  server.on('error', (error) => log.warn({ event: 'policy-error', why: explain(error) }));
  await listenAt({ server, listen: (at, ready) => server.listen(at, ready) }, where, paths.var);
  return { close: () => closed(server, sockets) };
}

function serve(
  socket: Socket,
  answer: (question: PolicyQuestion) => Promise<string>,
  idleMs: number,
): void {
  let text = '';
  let last: Promise<void> = Promise.resolve();
  socket.setEncoding('latin1');
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    text += chunk;
    for (let end = blank.exec(text); end; end = blank.exec(text)) {
      const question = readQuestion(text.slice(0, end.index));
      text = text.slice(end.index + end[0].length);
      // In order, and one after the other: a connection asks one thing at a time.
      last = last.then(async () => {
        const action = await answer(question);
        if (socket.writable) socket.write(`action=${action}\n\n`);
      });
    }
    if (text.length > maxQuestion) socket.destroy();
  });
  socket.on('end', () => {
    last = last.then(() => void socket.end());
  });
}

const blank = /\r?\n\r?\n/;

function readQuestion(text: string): PolicyQuestion {
  const lines = Buffer.from(text, 'latin1').toString('utf8').split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const cut = line.indexOf('=');
      return cut < 1 ? [] : [[line.slice(0, cut), line.slice(cut + 1)] as const];
    }),
  );
}

/** What the MTA shall do with one recipient; `clients` are those of the service. */
export async function answerTo(
  desk: ViewDesk,
  question: PolicyQuestion,
  clients = new Clients(desk.config.policy),
): Promise<string> {
  const state = question.get('protocol_state') ?? 'RCPT';
  const recipient = question.get('recipient') ?? '';
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
  const { books, config } = desk;
  if (state !== 'RCPT' || domain === '' || !(await books.isDomain(domain))) return 'DUNNO';
  const found = await findDestination(books, recipient, config.site.separator);
  if (!found || (await isNobody(books, found))) {
    return config.policy.rejectUnknown ? '550 5.1.1 There is no such list here.' : 'DUNNO';
  }
  const login = question.get('sasl_username') ?? '';
  const refusal = clientRefusal(clients, question, login !== '', desk.now);
  if (refusal !== undefined) return refusal;
  const refused = await refusedEarly(desk, {
    list: found.list,
    to: found.to,
    sender: question.get('sender') ?? null,
    login: parseAddress(login),
    size: Number(question.get('size') ?? 0) || 0,
  });
  if (!refused) return 'DUNNO';
  return refused.isPassing ? `450 4.7.1 ${refused.text}` : `550 5.7.1 ${refused.text}`;
}

/** Who has logged in is known to the MTA: his client is one of its own, wherever it is. */
function clientRefusal(
  clients: Clients,
  question: PolicyQuestion,
  isKnown: boolean,
  now: number,
): string | undefined {
  if (isKnown) return undefined;
  const address = question.get('client_address') ?? '';
  const client = { address, name: question.get('client_name') ?? '' };
  if (clients.isBanned(client)) return '554 5.7.1 Your mail server is not welcome here.';
  const why = clients.tooMany(client, now);
  return why === undefined ? undefined : `450 4.7.1 ${why}`;
}

async function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await ended;
}
