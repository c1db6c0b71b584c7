/**
 * Reports whose recipients are paragraphs that begin with an address in angle brackets: Postfix
 * (`<a@b>: reason`, `<a@b> (expanded from <c@d>): reason`) and the qmail-send bounce message
 * format (`<a@b>:`, the reason below), which half of the world has borrowed.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesOf, plainAddress } from './addresses.ts';
import { bounce, type Found, maxRecipients } from './finding.ts';
import { hasBounceSubject, isFromDaemon, marks } from './origin.ts';
import { isDelay } from './tense.ts';

export const postfix: Detector = {
  name: 'postfix',
  read(report) {
    const told =
      /this is the [^.]{1,60}?(?:program|system|server|mailer|gateway|mta) at host /i.test(
        report.notice.flat,
      ) || report.parts.some((part) => part.description === 'notification');
    if (!told || marks(report) < 1) return undefined;
    const action = isDelay(report) ? 'delayed' : 'failed';
    return bounce(paragraphs(report).map((found): Found => ({ ...found, action })));
  },
};

/** The first words of QSBMF texts: Bernstein's, and those of his many editors. */
const intro =
  /\bhi[.!] this is the |this is the (?:mail delivery agent|machine generated message|[\w-]{2,30} program|deliver program) (?:at|from)|this is a permanent error|i've given up|unable to deliver (?:your )?message to the following|your mail message to the following|your mail was not delivered to|your message (?:could not|cannot|was not) be? ?delivered|there's a problem with the e-mail address|check your send e-?mail address|we were(?: not able|n't able| unable) to deliver your message|não pôde ser entregue|no pudo ser entregado/i;

export const qmail: Detector = {
  name: 'qmail',
  read(report) {
    const sure =
      intro.test(report.notice.flat) ||
      /^failure notice/i.test(report.subject) ||
      marks(report) > 2;
    if (!sure || marks(report) < 1) return undefined;
    const found = paragraphs(report);
    // Without a known beginning only the strict form counts: the address alone, and a colon.
    if (found.length === 0) return bounce(addressless(report));
    if (!isFromDaemon(report) && !hasBounceSubject(report)) return undefined;
    return bounce(found.map((one) => ({ ...one, action: isDelay(report) ? 'delayed' : 'failed' })));
  },
};

const opening =
  /^\s{0,3}<([^<>]{1,300}@[^<>]{1,300})>\s?(?:\(expanded from\s?(?:<([^<>]{1,300})>)?\)?)?\s?:(.*)$/i;

function paragraphs(report: Report): Found[] {
  const found: { address: string; also: string[]; text: string[] }[] = [];
  const { lines } = report.notice;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    // A long address has its "expanded from" on the next line, or in the middle of it.
    const hit = opening.exec(line) ?? (/^\s{0,3}</.test(line) ? joined(lines, i) : null);
    const address = hit?.[1] === undefined ? undefined : plainAddress(hit[1]);
    if (hit && address !== undefined) {
      if (found.length >= maxRecipients) break;
      const from = hit[2] === undefined ? undefined : plainAddress(hit[2]);
      found.push({
        address: from ?? address,
        also: from === undefined ? [] : [address],
        text: [hit[3] ?? ''],
      });
    } else if (/^-/.test(line) && found.length > 0) break;
    else found.at(-1)?.text.push(line);
  }
  return found.map(({ address, also, text }) => ({ address, also, text: text.join('\n') }));
}

function joined(lines: readonly string[], at: number): RegExpExecArray | null {
  const two = `${lines[at] ?? ''} ${(lines[at + 1] ?? '').trim()}`;
  if (!/\(expanded\b/i.test(two)) return null;
  return opening.exec(two) ?? opening.exec(`${two} ${(lines[at + 2] ?? '').trim()}`);
}

/** Yahoo's form without an address: the fields of the message stand in the text. */
function addressless(report: Report): Found[] {
  const { flat, lines } = report.notice;
  if (!/wasn't able to deliver the following message/i.test(flat)) return [];
  const to = lines.find((line) => /^To: /.test(line));
  return addressesOf(to === undefined ? undefined : [to]).map((address) => ({
    address,
    text: flat,
  }));
}
