/** What the owners of a list are told of bounces: one letter for all that is new. */
import type { Address } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import type { FileRange } from '../mail/types.ts';
import type { Care, ComplaintTold, OursTold, Patient, Storm } from '../model/care.ts';
import type { ListView } from '../model/list.ts';
import { causeText, failureValues, oneLine, type Tongue } from './bounce-texts.ts';
import { composeLetter } from './letter.ts';

/** To whom, about what, and in which entry it was decided. */
export type OwnerLetter = Tongue & {
  readonly list: ListView;
  readonly to: readonly Address[];
  readonly cause: string;
  readonly now: number;
};

/** Names in one letter; who wants all of them asks the command line. */
const maxNamed = 200;

/** What happened, as far as it is to be told. */
export type OwnerNews = Pick<Care, 'disabled' | 'storms' | 'complaints' | 'ours'> & {
  readonly removed: readonly Patient[];
};

/** One letter about all that is new since the last one. */
export async function composeBounceNews(
  about: OwnerLetter,
  { disabled, removed, storms, complaints, ours }: OwnerNews,
): Promise<Composition> {
  const { list, to, cause, now, texts, language } = about;
  const values = {
    list_id: list.id,
    storms: await Promise.all(storms.map((storm) => stormValues(about, storm))),
    disabled: await patients(about, disabled),
    disabled_count: disabled.length,
    disabled_more: beyond(disabled),
    removed: await patients(about, removed),
    removed_count: removed.length,
    removed_more: beyond(removed),
    complaints: complaints.slice(0, maxNamed).map(complaintValues),
    complaint_count: complaints.length,
    complaint_more: beyond(complaints),
    ours: await Promise.all(ours.map((one) => oursValues(about, one))),
    ours_count: ours.reduce((sum, { count }) => sum + count, 0),
  };
  const rendered = await texts('bounce-news', language, list, values);
  return composeLetter({ list, to, rendered, cause: `${cause}/bounce-news`, now });
}

function beyond(all: readonly unknown[]): number {
  return Math.max(0, all.length - maxNamed);
}

async function patients({ list, ...tongue }: OwnerLetter, all: readonly Patient[]) {
  return await Promise.all(
    all.slice(0, maxNamed).map(async ({ address, evidence }) => ({
      address,
      ...(await failureValues(evidence, list, tongue)),
    })),
  );
}

function complaintValues({ address, effect, diagnostic }: ComplaintTold) {
  return { address, effect, said: oneLine(diagnostic) };
}

async function stormValues({ list, ...tongue }: OwnerLetter, storm: Storm) {
  const { seq, domain, failures, of, samples } = storm;
  const lines = samples.map(({ count, status, diagnostic, address }) => {
    return `    ${count} x ${status}: ${oneLine(diagnostic)} (${address})`;
  });
  const cause = await causeText(storm.cause, list, tongue);
  return { seq, domain, failures, of, cause, samples: lines.join('\n') };
}

async function oursValues({ list, ...tongue }: OwnerLetter, one: OursTold) {
  const { count, domain, address } = one;
  return { count, domain, address, ...(await failureValues(one, list, tongue)) };
}

/** Lines of the unrecognised mail that are shown. */
const maxLines = 40;

/** Mail at the bounce address that nobody could read. */
export async function composeUnrecognized(
  { list, to, cause, now, texts, language }: OwnerLetter,
  mail: {
    readonly subject: string;
    readonly from: string;
    readonly lines: readonly string[];
    readonly header: FileRange | undefined;
  },
): Promise<Composition> {
  const shown = mail.lines.slice(0, maxLines).map((line) => `> ${oneLine(line)}`.trimEnd());
  const values = {
    from: oneLine(mail.from),
    subject: oneLine(mail.subject),
    excerpt: [...shown, ...(mail.lines.length > maxLines ? ['> ...'] : [])].join('\n'),
    limit: list.settings.bounceUnrecognizedPerDay,
  };
  const rendered = await texts('bounce-unrecognized', language, list, values);
  const attach = mail.header;
  return composeLetter({ list, to, rendered, cause: `${cause}/unrecognized`, now, attach });
}
