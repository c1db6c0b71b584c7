/** What becomes of one piece of mail at a bounce address. */
import { composeUnrecognized } from '../composers/bounce-owners.ts';
import { unreachable } from '../ground/errors.ts';
import { type Address, parseAddress } from '../mail/address.ts';
import { compose } from '../mail/compose.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { messageIdHash, parseMessageIds } from '../mail/message-id.ts';
import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import type { Complaint, Diagnosis, Finding } from '../model/diagnosis.ts';
import type { EntryMeta } from '../model/entry.ts';
import type { Failure } from '../model/failure.ts';
import { type ListId, rootId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { finish, letter, type Outcome, park } from '../model/outcome.ts';
import type { Allowance } from './allowance.ts';
import type { Desk, Entry } from './desk.ts';
import { diagnose, readReport } from './diagnose.ts';
import type { Peers } from './peers.ts';
import { detailOf, keyOf, type Returned, returnedBy } from './returned.ts';
import type { Texts } from './templates.ts';

export type BounceParts = {
  readonly verpKey: Buffer;
  readonly peers: Peers;
  readonly allowance: Allowance;
  readonly shownToday: (list: ListId, now: number) => Promise<number>;
  readonly texts: Texts;
};

export type BounceDesk = Pick<Desk, 'now' | 'config'> & {
  readonly books: Pick<Desk['books'], 'list' | 'owners'> & {
    readonly people: Pick<Desk['books']['people'], 'language'>;
  };
};

type Seen = {
  readonly entry: Entry;
  readonly list: ListView;
  readonly report: Report;
  readonly diagnosis: Diagnosis;
};

/** Reads, ties to a copy of ours, and says what is to be booked. */
export async function bounceStep(
  entry: Entry,
  desk: BounceDesk,
  parts: BounceParts,
): Promise<Outcome<'virgin'>> {
  const { meta } = entry;
  if (meta.work.kind !== 'bounce')
    return { fate: park('shunt', `no bounce but ${meta.work.kind}`) };
  const list = meta.list && (await desk.books.list(meta.list));
  if (!list) return { fate: park('shunt', `there is no list ${meta.list}`) };
  const report = readReport(entry.message, meta.sender);
  const diagnosis = diagnose(report);
  const seen = { entry, list, report, diagnosis };
  const { separator } = desk.config.site;
  const signed = { key: parts.verpKey, list, separator };
  const returned = returnedBy(report, meta.work.detail, signed);
  switch (diagnosis.nature) {
    case 'bounce':
      // A delay is no failure: who tries still may succeed, and says so when he gives up.
      if (diagnosis.kind !== 'permanent') return heard(seen);
      return await failed(seen, returned, desk, parts);
    case 'delivered':
    case 'receipt':
    case 'auto-reply':
    case 'challenge':
      return heard(seen);
    case 'complaint':
      return await complained(seen, returned, desk, parts);
    case 'ordinary':
      return await unrecognized(seen, desk, parts);
    default:
      return unreachable(diagnosis.nature);
  }
}

function heard({ diagnosis, entry }: Seen): Outcome<never> {
  const { nature, kind, detector } = diagnosis;
  return {
    fate: finish,
    tell: { event: 'bounce', nature, kind, detector, from: entry.meta.sender },
  };
}

async function failed(
  { entry, list, report, diagnosis }: Seen,
  returned: Returned,
  { now }: BounceDesk,
  { peers }: BounceParts,
): Promise<Outcome<never>> {
  const { proof, mailing, messageId, isProbe } = returned;
  const about = {
    via: isProbe ? 'probe' : 'report',
    ...{ proof, mailing, messageId },
    report: reportName(report, messageId, entry.meta),
    detector: diagnosis.detector,
  } as const;
  const failures = await Promise.all(
    casesOf(diagnosis, returned).map(async ({ finding, member, addresses }): Promise<Failure> => {
      const { cause, status, diagnostic } = finding;
      const sizes = await peers.of(list.id, addresses[0] ?? '', now);
      return { ...about, member, addresses, cause, status, diagnostic, ...sizes };
    }),
  );
  const { detector, status, cause } = diagnosis;
  const tell = { event: 'bounce', detector, status, cause, proof, mailing, of: failures.length };
  return { changes: [{ kind: 'bounced', list: list.id, failures }], fate: finish, tell };
}

type Case = {
  readonly finding: Finding;
  readonly member?: number | undefined;
  readonly addresses: readonly string[];
};

/** Who is charged with what. The return path says who, the report why; else it says both. */
function casesOf({ recipients }: Diagnosis, { recipient, member }: Returned): readonly Case[] {
  const [chief] = recipients;
  if (!chief) return [];
  if (recipient === undefined && member === undefined) {
    return recipients.map((finding) => ({
      finding,
      addresses: [finding.address, ...finding.also].map(keyOf),
    }));
  }
  const own = recipients.find(({ address, also }) =>
    [address, ...also].some((one) => keyOf(one) === recipient),
  );
  const finding = own ?? chief;
  const addresses = recipient === undefined ? [keyOf(finding.address)] : [recipient];
  return [{ finding, member, addresses }];
}

/** Names the returned message, else the report, so that the same one counts once. */
function reportName(report: Report, messageId: string | undefined, meta: EntryMeta): string {
  const [own] = parseMessageIds(first(report.headers, 'message-id'));
  const name = messageId ?? own;
  return name === undefined ? rootId(meta.id) : messageIdHash(name);
}

async function complained(
  seen: Seen,
  fromEnvelope: Returned,
  desk: BounceDesk,
  parts: BounceParts,
): Promise<Outcome<'virgin'>> {
  const { entry, list, report, diagnosis } = seen;
  const { complaint } = diagnosis;
  if (!complaint) return await unrecognized(seen, desk, parts);
  if (complaint.type === 'not-spam') return heard(seen);
  const returned =
    fromEnvelope.proof === 'none'
      ? byMailFrom(seen, complaint, desk.config.site.separator, parts)
      : fromEnvelope;
  const { proof, member, mailing, recipient } = returned;
  const messageId = complaint.messageId || returned.messageId;
  const addresses =
    recipient === undefined ? complaint.recipients.map(keyOf) : [recipient as string];
  if (addresses.length === 0 && member === undefined) return await unrecognized(seen, desk, parts);
  const failure: Failure = {
    via: 'complaint',
    ...{ proof, member, addresses, mailing, messageId },
    report: reportName(report, messageId, entry.meta),
    cause: 'spam',
    status: '5.7.1',
    diagnostic: `${complaint.type}, reported by ${complaint.reporter || 'somebody unnamed'}`,
    detector: diagnosis.detector,
    audience: 0,
    peers: 0,
  };
  const tell = { event: 'complaint', type: complaint.type, proof, mailing };
  return { changes: [{ kind: 'bounced', list: list.id, failures: [failure] }], fate: finish, tell };
}

/** A complaint repeats the envelope sender of what was complained of. */
function byMailFrom(
  { report, list }: Seen,
  { sender }: Complaint,
  separator: string,
  { verpKey: key }: BounceParts,
): Returned {
  const detail = detailOf(sender, list, separator);
  return returnedBy(report, detail, { key, list, separator });
}

async function unrecognized(
  seen: Seen,
  desk: BounceDesk,
  { allowance, shownToday, texts }: BounceParts,
): Promise<Outcome<'virgin'>> {
  const { entry, list, report } = seen;
  const { bounceUnrecognized: way, bounceUnrecognizedPerDay: most } = list.settings;
  const stored = await shownToday(list.id, desk.now);
  const shown = way !== 'discard' && allowance.take(list.id, most, stored, desk.now);
  const changes = [{ kind: 'unrecognized', list: list.id, shown }] as const;
  const from = entry.meta.sender;
  const tell = { event: 'bounce', nature: 'unrecognized', shown, from, subject: report.subject };
  if (!shown) return { changes, fate: finish, tell };
  if (way === 'park') return { changes, fate: park('held', 'no bounce that can be read'), tell };
  return { changes, puts: [await showing(seen, desk, texts)], fate: finish, tell };
}

async function showing({ entry, list, report }: Seen, desk: BounceDesk, texts: Texts) {
  const to = await ownersOf(list, desk);
  const message = await readMessage(entry.message);
  const header = isBroken(message)
    ? undefined
    : { path: entry.message, start: 0, end: message.body.start };
  const { language } = list.settings;
  const about = { list, to, cause: entry.meta.id, now: desk.now, texts, language };
  const { subject, from, notice } = report;
  const mail = { subject, from, lines: notice.lines, header };
  const bytes = await compose(await composeUnrecognized(about, mail));
  return letter(
    'virgin',
    entry.meta,
    { kind: 'notice', to, returnPath: null },
    { list: list.id, sender: null, message: { kind: 'text', bytes } },
  );
}

/** A notice goes to so many at most. */
const maxOwners = 100;

/** Who runs a list; the site's owner where nobody does. */
export async function ownersOf(
  list: ListView,
  { books, config }: Pick<BounceDesk, 'config'> & { books: Pick<BounceDesk['books'], 'owners'> },
): Promise<Address[]> {
  const owners = await books.owners(list.id);
  const wanted = owners.length > 0 ? owners : [config.site.owner];
  return wanted.slice(0, maxOwners).flatMap((text) => parseAddress(text) ?? []);
}
