/**
 * The last to be asked: a report in no dialect known by name. It must bear two of three marks of
 * a mail system (From, null return path, Subject) and say in words that something was not
 * delivered; the addresses are those that stand below, in the forms that all reports use.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesIn, addressesOf } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import {
  afterColon,
  inSentence,
  labelled,
  leading,
  rcptTo,
  replied,
  toField,
} from './reading/forms.ts';
import { readFrame } from './reading/frame.ts';
import { hasBounceSubject, marks } from './reading/origin.ts';
import { isDelay } from './reading/tense.ts';

export const generic: Detector = {
  name: 'generic',
  read(report) {
    if (marks(report) < 2 || digest.test(report.subject)) return undefined;
    const opens = earliest(report.notice.flat);
    if (!opens && !hasBounceSubject(report)) return undefined;
    const action = isDelay(report) ? 'delayed' : 'failed';
    const found = named(report, opens ?? anything);
    const any = found.length > 0 ? found : byOriginal(report);
    return bounce(any.map((one): Found => ({ ...one, action })));
  },
};

/** Lists of held mail name many addresses, and none that failed. */
const digest = /quarantin|\bheld\b|summary|digest/i;

const anything = /^/;

/** What happened, in the words of many; English first, then what others speak. */
const troubles: readonly RegExp[] = [
  /(?:could|can|was|were|has|have|is|are|did|been)(?: ?not|n't)(?: \w{1,15}){0,5} deliver/i,
  /(?:could|can|was|were|has|have|did)(?: ?not|n't)(?: \w{1,15}){0,4} (?:sent|send|reach|accept)/i,
  /(?:could|can|was|were|has|have|did)(?: ?not|n't)(?: \w{1,15}){0,4} (?:receive|transfer)/i,
  /(?:unable|not able|failed|impossible|(?:was|were)n't able) to (?:be )?(?:deliver|send|reach)/i,
  /deliver\w{0,4}\b[^.]{0,80}?(?:fail|abort|error|problem|not possible|unsuccess)/i,
  /(?:fail|error|problem|trouble)\w{0,4} [^.]{0,40}?deliver/i,
  /(?:following|these|intended|failed|invalid) (?:\w{1,15} ){0,2}(?:address|recipient|user)/i,
  /undeliver|returned (?:mail|message|to)|permanent(?:ly)? (?:fatal )?(?:error|fail)/i,
  /user unknown|unknown user|no such user|not exist|mailbox (?:is )?(?:full|unavailable)/i,
  /quota|rejected|account is (?:disabled|full)|not listed in/i,
  /nicht (?:zugestellt|ausgeliefert)|unzustellbar|non remis|pas pu [eê]tre|mancata consegna/i,
  /no (?:se )?(?:pudo|ha podido|ha sido|fue)|n[aã]o (?:p[oô]de|foi|pode)|impossibile|niet /i,
  /kunde inte|nie (?:mo[zż]e|m[oó]g[lł]|zosta)|teslim|доставлен|できません|失敗|エラー/i,
  /无法|未能|退信|失败|無法|被退回/,
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

/** The addresses of the first form that has any: below what happened, else anywhere. */
function named(report: Report, opens: RegExp): Found[] {
  const others = bystanders(report);
  const sent = new Set(returned(report));
  const read = (address: RegExp, from: RegExp, loose: boolean): Found[] => {
    const all = readFrame(report, { opens: from, closes, address });
    const strange = all.filter((found) => !others.has(found.address));
    // An address at the head of a line is meant, even if it is the sender's own.
    if (!loose) return strange.length > 0 ? strange : all;
    const known = strange.filter((found) => sent.has(found.address));
    return known.length > 0 ? known : strange;
  };
  for (const from of [opens, anything]) {
    for (const form of [leading, replied]) {
      const found = read(form, from, false);
      if (found.length > 0) return found;
    }
    for (const form of [labelled, afterColon, rcptTo]) {
      const found = read(form, from, true);
      if (found.length > 0) return found;
    }
    // A sentence is about one; further ones say whom to ask.
    for (const form of [inSentence, toField]) {
      const found = read(form, from, true);
      if (found.length > 0) return found.slice(0, 1);
    }
  }
  return [];
}

/** No address in the text: the report is about the message that came with it. */
function byOriginal(report: Report): Found[] {
  return returned(report).map((address) => ({ address, text: report.notice.flat }));
}

const contact =
  /contact|assistance|questions|please (?:send|mail|write)|\bhelp|support|unsubscribe/i;

/** Who is hardly a failed recipient: those who write or get the report, and who may help. */
function bystanders(report: Report): Set<string> {
  const { headers, original, notice } = report;
  return new Set([
    ...['to', 'delivered-to', 'from', 'reply-to'].flatMap((name) => addressesOf(headers.get(name))),
    ...['from', 'sender', 'return-path', 'errors-to'].flatMap((name) =>
      addressesOf(original.get(name)),
    ),
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
