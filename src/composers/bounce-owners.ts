/** What the owners of a list are told of bounces: one letter for all that is new. */
import type { Address } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import { makeMessageId } from '../mail/message-id.ts';
import type { FileRange } from '../mail/types.ts';
import type { Care, ComplaintTold, Patient, Storm } from '../model/care.ts';
import type { ListView } from '../model/list.ts';
import { causeText, evidenceText, listTitle, oneLine, ownerAddress } from './bounce-texts.ts';

/** To whom, about what, and in which entry it was decided. */
export type OwnerLetter = {
  readonly list: ListView;
  readonly to: readonly Address[];
  readonly cause: string;
  readonly now: number;
};

/** Names in one letter; who wants all of them asks the command line. */
const maxNamed = 200;

/** What happened, as far as it is to be told. */
export type OwnerNews = Pick<Care, 'disabled' | 'storms' | 'complaints'> & {
  readonly removed: readonly Patient[];
};

/** One letter about all that is new since the last one. */
export function composeBounceNews(about: OwnerLetter, news: OwnerNews): Composition {
  const { list, to, cause, now } = about;
  const { disabled, removed, storms, complaints } = news;
  const parts = [
    ...storms.map((storm) => stormText(list, storm)),
    section(
      `${disabled.length} members get no mail any more because their copies came back:`,
      disabled.map(patientText),
    ),
    section(
      `${removed.length} members were removed after their last warning:`,
      removed.map(patientText),
    ),
    section(
      `${complaints.length} complaints about mail of the list:`,
      complaints.map(complaintText),
    ),
    `"listmill bounce explain ADDRESS" shows every failure of an address with its evidence.`,
  ];
  return {
    from: { name: listTitle(list), address: ownerAddress(list) },
    to: to.map((address) => ({ address })),
    subject: subjectOf(list, news),
    text: `${parts.filter((part) => part !== '').join('\n\n')}\n`,
    messageId: makeMessageId(`${cause}/bounce-news`, list.domain),
    date: now,
    autoSubmitted: 'auto-generated',
    precedence: 'bulk',
  };
}

function subjectOf(list: ListView, { disabled, removed, storms, complaints }: OwnerNews): string {
  if (storms.length > 0) return `${list.address}: many copies failed alike; please decide`;
  const counts = [
    [disabled.length, 'disabled'],
    [removed.length, 'removed'],
    [complaints.length, 'complaints'],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${list.address}: ${told.join(', ')}`;
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const more = lines.length > maxNamed ? [`    ... and ${lines.length - maxNamed} more`] : [];
  return [title, '', ...lines.slice(0, maxNamed), ...more].join('\n');
}

function patientText({ address, evidence }: Patient): string {
  return evidence === undefined ? `  ${address}` : `  ${address}\n${evidenceText(evidence)}`;
}

const done = { stopped: 'his mail was stopped', removed: 'he was removed' } as const;

function complaintText({ address, effect, diagnostic }: ComplaintTold): string {
  const what =
    effect === 'stopped' || effect === 'removed'
      ? done[effect]
      : 'nothing was done: the setting says so, or the report does not prove that it is about ours';
  return `  ${address}: ${oneLine(diagnostic)}; ${what}`;
}

function stormText(list: ListView, storm: Storm): string {
  const { seq, domain, cause, failures, of, samples } = storm;
  const whose = domain === '' ? `of a mailing to ${of}` : `of ${of} members at ${domain}`;
  return [
    `${failures} copies ${whose} failed alike: ${causeText(cause)}.`,
    'That looks like a trouble of that provider, or of our mail, and not of your members.',
    'So nobody gets a worse score from it, and nobody is disabled, until you decide.',
    '',
    ...samples.map(({ count, status, diagnostic, address }) => {
      return `    ${count} x ${status}: ${oneLine(diagnostic)} (${address})`;
    }),
    '',
    `    listmill bounce drop ${seq}       it means nothing`,
    `    listmill bounce release ${seq}    it counts: these addresses are bad`,
    '',
    `List: ${list.id}, storm ${seq}`,
  ].join('\n');
}

/** Lines of the unrecognised mail that are shown. */
const maxLines = 40;

/** Mail at the bounce address that nobody could read. */
export function composeUnrecognized(
  { list, to, cause, now }: OwnerLetter,
  mail: {
    readonly subject: string;
    readonly from: string;
    readonly lines: readonly string[];
    readonly header: FileRange | undefined;
  },
): Composition {
  const shown = mail.lines.slice(0, maxLines).map((line) => `> ${oneLine(line)}`.trimEnd());
  return {
    from: { name: listTitle(list), address: ownerAddress(list) },
    to: to.map((address) => ({ address })),
    subject: `${list.address}: mail at the bounce address: ${oneLine(mail.subject)}`,
    text: [
      `This came to the address that mail from ${list.address} returns to, and it is no report that`,
      `Listmill can read. Perhaps somebody wrote to the wrong address.`,
      '',
      `From: ${oneLine(mail.from)}`,
      `Subject: ${oneLine(mail.subject)}`,
      '',
      ...shown,
      ...(mail.lines.length > maxLines ? ['> ...'] : []),
      '',
      `At most ${list.settings.bounceUnrecognizedPerDay} of these are shown a day`,
      '(settings bounceUnrecognized and bounceUnrecognizedPerDay).',
      '',
    ].join('\n'),
    messageId: makeMessageId(`${cause}/unrecognized`, list.domain),
    date: now,
    autoSubmitted: 'auto-generated',
    precedence: 'bulk',
    ...(mail.header === undefined ? {} : { attachOriginal: mail.header }),
  };
}
