/** Fan-out beside Postfix's own client, both into Postfix's sink, in one run. */

import { makeKey } from '../../src/engine/signing-keys.ts';
import type { Algorithm } from '../../src/mail/dkim/key.ts';
import { makeList } from '../../test/site.ts';
import { LogTail } from '../log-tail.ts';
import { bestSource, startSmtpSink } from '../postfix.ts';
import { plainMessage, putIn } from '../posting.ts';
import { atLeast, type Result, type Row, told } from '../row.ts';
import { startSinkProcess } from '../sink.ts';
import { makeSuite } from '../suite.ts';

const port = 18_525;
const bytes = 4096;
const workers = 2;

type Fanout = {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly recipients: number;
  readonly connections: number;
  /** With which copies are signed. */
  readonly key?: Algorithm;
};

const keyName = 'bench._domainkey.lists.example';

/** Recipients a second, expansion from the store included: from the posting to the last reply. */
async function fanOut(options: Fanout, to = port): Promise<number> {
  const { recipients, connections, key } = options;
  const settings = { nonmemberAction: 'accept', ...options.settings };
  await using suite = await makeSuite(
    `[[relay]]\nport = ${to}\ntls = "none"\n[outgoing]\nconnections = ${connections}\n` +
      '[web]\nurl = "https://lists.example.com"\n' +
      (key === undefined ? '' : `[dkim]\nkeys = ["${keyName}"]\n`),
  );
  if (key !== undefined) makeKey(suite.site.open().paths, keyName, key, 2048);
  const list = 'fan@lists.example';
  await makeList(suite.site, list, recipients, settings);
  await suite.start('archive', 'incoming', 'pipeline', 'mailing', `outgoing:${workers}`);
  const tail = new LogTail(suite.logFile);
  // A first posting warms the processes up, as they are in a suite that has run for a while.
  const warm = 'warm@lists.example';
  await makeList(suite.site, warm, Math.ceil(recipients / 5), settings);
  await putIn(suite.site, warm, plainMessage(warm, 1, bytes));
  await tail.waitFor('mailing-finished', 1);
  const began = performance.now();
  await putIn(suite.site, list, plainMessage(list, 2, bytes));
  const [end] = await tail.waitFor('mailing-finished', 1);
  if (end?.['delivered'] !== recipients) throw new Error(`delivered ${end?.['delivered']}`);
  return recipients / ((performance.now() - began) / 1000);
}

async function compare(
  name: string,
  options: Fanout,
  source: { messages: number; recipients: number },
  wanted: number | undefined,
  say: (line: string) => void,
): Promise<readonly Result[]> {
  using _sink = await startSmtpSink(port);
  return await compareAt(port, name, options, source, wanted, say);
}

async function compareAt(
  to: number,
  name: string,
  options: Fanout,
  source: { messages: number; recipients: number },
  wanted: number | undefined,
  say: (line: string) => void,
): Promise<readonly Result[]> {
  const best = await bestSource(to, { ...source, bytes });
  const theirs = best.rate * source.recipients;
  say(`smtp-source: ${Math.round(theirs)} recipients/s at ${best.sessions} sessions`);
  const ours = await fanOut(options, to);
  say(`listmill: ${Math.round(ours)} recipients/s`);
  const ratio = Math.round((ours / theirs) * 1000) / 1000;
  return [
    wanted === undefined
      ? told(name, ratio, 'of smtp-source')
      : atLeast(name, ratio, 'of smtp-source', wanted),
    told(`${name}: recipients/s`, Math.round(ours), '/s'),
    told(`${name}: smtp-source`, Math.round(theirs), '/s'),
  ];
}

export const fanoutShared: Row = {
  name: 'fanout-shared',
  what: 'one return path, 500 recipients a transaction',
  run: (say) =>
    compare(
      'fanout-shared',
      { settings: {}, recipients: 1_000_000, connections: 4 },
      { messages: 1000, recipients: 500 },
      3,
      say,
    ),
};

export const fanoutVerp: Row = {
  name: 'fanout-verp',
  what: 'a return path and a transaction for each recipient',
  run: (say) =>
    compare(
      'fanout-verp',
      { settings: { verp: 'always' }, recipients: 100_000, connections: 8 },
      { messages: 50_000, recipients: 1 },
      0.6,
      say,
    ),
};

/** What a list of a company does: each footer names its recipient, each copy has its own link. */
const personal = {
  personalize: 'full',
  footer:
    '-- \nThis went to {{ address }}, a member of $display_name.\nLeave: {{ unsubscribe_link }}\n',
};

/** Each copy signed over its own header; the body is the same. */
const signed = (algorithm: 'rsa' | 'ed25519') => ({
  settings: { personalize: 'headers', verp: 'personal' },
  connections: 8,
  key: algorithm,
});

export const fanoutPersonal: Row = {
  name: 'fanout-personal',
  what: 'a footer, a one-click link and a return path for each recipient',
  run: (say) =>
    compare(
      'fanout-personal',
      { settings: { verp: 'personal', ...personal }, recipients: 100_000, connections: 8 },
      { messages: 50_000, recipients: 1 },
      0.5,
      say,
    ),
};

export const fanoutDkimEd25519: Row = {
  name: 'fanout-dkim-ed25519',
  what: 'a one-click link and an Ed25519 signature over it for each recipient',
  run: (say) =>
    compare(
      'fanout-dkim-ed25519',
      { ...signed('ed25519'), recipients: 50_000 },
      { messages: 50_000, recipients: 1 },
      0.25,
      say,
    ),
};

export const fanoutDkimRsa: Row = {
  name: 'fanout-dkim-rsa',
  what: 'the same with RSA, 2048 bits',
  run: (say) =>
    compare(
      'fanout-dkim-rsa',
      { ...signed('rsa'), recipients: 10_000 },
      { messages: 20_000, recipients: 1 },
      undefined,
      say,
    ),
};

/** Postfix's sink offers no XVERP, so both speak to ours. */
export const fanoutXverp: Row = {
  name: 'fanout-xverp',
  what: 'a return path for each recipient, which the MTA makes (XVERP)',
  run: async (say) => {
    const offers = ['PIPELINING', 'SIZE 104857600', '8BITMIME', 'XVERP'];
    using sink = await startSinkProcess(...offers.flatMap((word) => ['--offer', word]));
    return await compareAt(
      sink.port,
      'fanout-xverp',
      { settings: { verp: 'always' }, recipients: 200_000, connections: 4 },
      { messages: 200, recipients: 500 },
      undefined,
      say,
    );
  },
};
