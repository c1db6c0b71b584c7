/**
 * Recipients as paragraphs that begin with an address in angle brackets: `<a@b>: reason`,
 * `<a@b> (expanded from <c@d>): reason`, and `<a@b>:` with the reason below.
 */
import type { Report } from '../../mail/report.ts';
import { plainAddress } from './addresses.ts';
import { type Found, maxRecipients } from './finding.ts';

const opening = new RegExp(
  String.raw`^\s{0,3}<([^<>]{1,300}@[^<>]{1,300})>\s?` +
    String.raw`(?:\(expanded from\s?(?:<([^<>]{1,300})>)?\)?)?\s?:(.*)$`,
  'i',
);

/** The paragraphs of a notice, up to the line of dashes that ends them. */
export function paragraphs(report: Report): Found[] {
  const found: { address: string; also: string[]; text: string[] }[] = [];
  const { lines } = report.notice;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const hit = opening.exec(line) ?? (/^\s{0,3}</.test(line) ? joined(lines, i) : null);
    const address = hit?.[1] === undefined ? undefined : plainAddress(hit[1]);
    if (hit && address !== undefined) {
      if (found.length >= maxRecipients) break;
      const from = hit[2] === undefined ? undefined : plainAddress(hit[2]);
      // Expanded from: that is the address that was mailed.
      const also = from === undefined ? [] : [address];
      found.push({ address: from ?? address, also, text: [hit[3] ?? ''] });
    } else if (/^-/.test(line) && found.length > 0) break;
    else found.at(-1)?.text.push(line);
  }
  return found.map(({ address, also, text }) => ({ address, also, text: text.join('\n') }));
}

/** A long address has its "expanded from" on the next line, or in the middle of it. */
function joined(lines: readonly string[], at: number): RegExpExecArray | null {
  const two = `${lines[at] ?? ''} ${(lines[at + 1] ?? '').trim()}`;
  if (!/\(expanded\b/i.test(two)) return null;
  return opening.exec(two) ?? opening.exec(`${two} ${(lines[at + 2] ?? '').trim()}`);
}
