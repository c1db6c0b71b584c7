/**
 * The last to be asked: a report in no dialect known by name. It must bear two of three marks of
 * a mail system (From, null return path, Subject) and say in words that something was not
 * delivered; the addresses are those that stand below, in the forms that all reports use.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesIn, addressesOf } from './addresses.ts';
import { bounce, type Found } from './finding.ts';
import { afterColon, inSentence, labelled, leading, rcptTo } from './forms.ts';
import { readFrame } from './frame.ts';
import { marks } from './origin.ts';
import { isDelay } from './tense.ts';

export const generic: Detector = {
  name: 'generic',
  read(report) {
    if (marks(report) < 2) return undefined;
    const opens = earliest(report.notice.flat);
    if (!opens) return undefined;
    const action = isDelay(report) ? 'delayed' : 'failed';
    const found = named(report, opens).map((one): Found => ({ ...one, action }));
    return (
      bounce(found) ??
      bounce(returned(report).map((address) => ({ address, action, text: report.notice.flat })))
    );
  },
};

/** What happened, in the words of many; English first, then what others speak. */
const troubles: readonly RegExp[] = [
  /(?:could|can|was|were|has|have|is|are|did|been)(?: ?not|n't)(?: yet)?(?: be| been)?(?: \w{1,15}){0,3} (?:deliver|sent\b|send\b|reach|accept|receive|transfer|process)/i,
  /(?:unable|not able|failed|impossible|(?:was|were)n't able) to (?:be )?(?:deliver|send|reach)/i,
  /deliver\w{0,4}\b[^.]{0,80}?(?:fail|abort|error|problem|not possible|unsuccess)|(?:fail|error|problem|trouble)\w{0,4} [^.]{0,40}?deliver/i,
  /(?:following|these|this|intended|failed|invalid|unknown|undeliverable) (?:\w{1,15} ){0,2}(?:address|recipient|user|destination)/i,
  /undeliver|returned (?:mail|message|to)|permanent(?:ly)? (?:fatal )?(?:error|fail)|user unknown|unknown user|no such user|not exist|mailbox (?:is )?(?:full|unavailable)|quota|rejected/i,
  /nicht (?:zugestellt|ausgeliefert)|unzustellbar|non remis|pas pu [eê]tre|no (?:se )?(?:pudo|ha podido|ha sido|fue)|n[aã]o (?:p[oô]de|foi|pode)|mancata consegna|impossibile|niet (?:worden )?(?:afgeleverd|bezorgd)|kunde inte|nie (?:mo[zż]e|m[oó]g[lł]|zosta)|teslim|доставлен/i,
  /できません|失敗|エラー|无法|未能|退信|失败|無法/,
];

/** The form that is met first in the text. */
function earliest(flat: string): RegExp | undefined {
  let best: RegExp | undefined;
  let at = Number.POSITIVE_INFINITY;
  for (const form of troubles) {
    const hit = form.exec(flat);
    if (hit && hit.index < at) {
      at = hit.index;
      best = form;
    }
  }
  return best;
}

/** Below this is what hosts said to each other, and advice. */
const closes = /^\s{0,8}-{3,}\s{0,3}(?:error detail|transcript|session)/i;

/** Addresses named in the notice that are not those of the people who write or get the report. */
function named(report: Report, opens: RegExp): Found[] {
  const others = bystanders(report);
  const found = [leading, labelled, afterColon, rcptTo, inSentence]
    .map((address) =>
      readFrame(report, { opens, address, closes }).filter((f) => !others.has(f.address)),
    )
    .find((some) => some.length > 0);
  if (!found) return [];
  const sent = new Set(returned(report));
  const known = found.filter((f) => sent.has(f.address));
  return known.length > 0 ? known : found;
}

/** Who is certainly no failed recipient. */
function bystanders(report: Report): Set<string> {
  const { headers, original, notice } = report;
  const contact =
    /contact|assistance|questions|postmaster|please (?:send|mail|write)|help|support/i;
  return new Set([
    ...addressesOf(headers.get('to')),
    ...addressesOf(headers.get('delivered-to')),
    ...addressesOf(headers.get('from')),
    ...addressesOf(headers.get('reply-to')),
    ...addressesOf(original.get('from')),
    ...addressesOf(original.get('sender')),
    ...addressesOf(original.get('return-path')),
    ...addressesOf(original.get('errors-to')),
    ...notice.lines.filter((line) => contact.test(line)).flatMap(addressesIn),
  ]);
}

/** To whom the returned message was sent: the last hop's word, else its only recipient. */
function returned(report: Report): string[] {
  const { original } = report;
  for (const line of original.get('received') ?? []) {
    const hit = /\bfor <?([^\s<>@;]{1,128}@[^\s<>@;]{1,200})>?/.exec(line);
    if (hit?.[1] !== undefined) return addressesIn(hit[1]);
  }
  const isList = original.has('list-id') || original.has('x-beenthere');
  const to = isList ? [] : addressesOf(original.get('to'));
  return to.length === 1 ? to : [];
}
