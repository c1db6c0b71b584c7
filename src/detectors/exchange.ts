/**
 * Microsoft: Exchange 4 and 5 (IMC, IMS), SMTPSVC and Exchange 2000/2003, Exchange 2007 and
 * later, Microsoft 365; hMailServer speaks Exchange 2003's words. Their delivery-status part is
 * better, where it came through; this is for the many that come without.
 */

import type { Report } from '../mail/report.ts';
import type { Detector, Reading } from '../model/diagnosis.ts';
import { addressesIn, addressesOf, fromX400, plainAddress } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import { either, leading } from './reading/forms.ts';
import { type Frame, readFrames } from './reading/frame.ts';
import { marks } from './reading/origin.ts';

const datedLine = /^\s{0,12}<?([^\s<>@;]{1,128}@[^\s<>@;]{1,200})>? on (?=\S)/;
/** `c=US;a= ;p=IKON;o=Nexus2;dda:SMTP=a@b.c; on Fri, 4 Oct` */
const x400Line = /\b(?:dda:)?SMTP=([^\s;@]{1,128}@[^\s;@]{1,200});? on\b/i;

const frames: readonly Frame[] = [
  {
    opens:
      /(?:did not|hasn't|has not been able to) reach(?:ed)? the following recipients?(?:\(s\))?:?/i,
    address: [datedLine, x400Line],
  },
  {
    opens: /following recipients?(?:\(s\))? (?:could not|cannot) be reached:?/i,
    address: [/^\s{0,20}Recipient: \[SMTP:([^\s\]]{3,300})\]/i, datedLine, x400Line, leading],
    closes: /^(?:message headers follow|original message)/i,
  },
  {
    opens: /did not reach the following recipients?(?:\(s\))?:?/i,
    address: [leading, /:\s{0,3}([^\s<>@;]{1,128}@[^\s<>@;]{1,200})$/],
  },
  {
    opens: either(
      /delivery to the following recipients? (?:has been |is )delayed/,
      /delivery is delayed to (?:the following|these) recipients/,
      /this message hasn't been delivered yet/,
    ),
    closes: /^(?:will-retry|diagnostic information)/i,
    address: [leading, /<mailto:([^<>\s]{3,300})>/],
    action: 'delayed',
  },
  {
    opens: /del[ei]very to the following recipients? (?:failed|was aborted|has failed)/i,
    closes: /^\s{0,3}(?:-{4,}|_{4,}|technical details|diagnostic)/i,
    address: leading,
  },
  {
    opens: /the email below could not be delivered to the following user/i,
    closes: /^old message/i,
    address: /<([^<>\s]{3,300})>/,
  },
  {
    opens: /delivery has failed to (?:the following|these) recipients/i,
    closes: /^(?:diagnostic information|original message headers)/i,
    address: [/<mailto:([^<>\s]{3,300})>/, leading, /\(([^\s()]{3,200}@[^\s()]{3,200})\)/],
  },
  {
    opens: /your message to (?=\S{1,200}@)/i,
    closes: /^(?:diagnostic information|original message)/i,
    address: /\byour message to <?([^\s<>@]{1,128}@[^\s<>@]{1,200}?)>? (?:could|can|was)\s?n/i,
  },
];

export const exchange: Detector = {
  name: 'exchange',
  read(report) {
    if (marks(report) < 1) return undefined;
    return (
      bounce(forAdministrators(report)) ?? bounce(readFrames(report, frames)) ?? nameless(report)
    );
  },
};

/**
 * The section of Exchange 2007 and later is the same in every language: an address alone on its
 * line, below it `#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##` or `Remote Server returned`.
 */
function forAdministrators(report: Report): Found[] {
  const lines = report.notice.lines.filter((line) => line !== '');
  const found: Found[] = [];
  for (let i = 0; i + 1 < lines.length; i++) {
    const address = /^\s{0,4}<?([^\s<>@]{1,128}@[^\s<>@]{1,200})>?$/.exec(lines[i] ?? '')?.[1];
    const plain = address === undefined ? undefined : plainAddress(address);
    const next = lines.slice(i + 1, i + 3);
    const reply = next.findIndex((line) =>
      /^\s{0,4}#?(?:<[^<>]{1,200}\s)?#?\s?[45]\d\d[ -][#\d]|returned '<?[45]\d\d|^#< ?#?[45]/i.test(
        line,
      ),
    );
    if (plain === undefined || reply < 0) continue;
    const text = next.slice(reply).join('\n');
    const delayed = /#?\b4\d\d [^;]{0,30}QUEUE\.Delay|\bdelayed\b/i.test(text);
    found.push({ address: plain, action: delayed ? 'delayed' : 'failed', text });
  }
  return found;
}

/** Exchange 5 may print a display name only; the message's own recipient is meant then. */
function nameless(report: Report): Reading | undefined {
  const { flat, lines } = report.notice;
  const told = /did not reach the following recipient|\bMSEXCH:/i.test(flat);
  if (!told) return undefined;
  const x400 = lines.map(fromX400).find((address) => address !== undefined);
  const to = x400 === undefined ? addressesOf(report.original.get('to')) : [x400];
  const ours = new Set(addressesOf(report.headers.get('to')));
  const others = to.filter((address) => !ours.has(address));
  const listed =
    others.length > 0 ? others : lines.filter((l) => /^\s+To:/.test(l)).flatMap(addressesIn);
  return listed.length === 1
    ? bounce(listed.map((address) => ({ address, text: flat })))
    : undefined;
}
