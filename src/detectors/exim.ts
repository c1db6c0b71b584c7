/**
 * Exim, as deliver.c and moan.c print it, and what was made of it (Google, mail.ru, 1&1): the
 * X-Failed-Recipients header says who, the text says why, in whatever language.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesOf, plainAddress } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import { leading } from './reading/forms.ts';
import { type Frame, readFrames } from './reading/frame.ts';
import { marks } from './reading/origin.ts';

export const exim: Detector = {
  name: 'exim',
  read(report) {
    if (marks(report) < 1) return undefined;
    const failed = addressesOf(report.headers.get('x-failed-recipients'));
    const listed = readFrames(report, frames).map(withParents);
    const told = listed.length > 0 ? listed : readFrames(report, pipes);
    if (failed.length === 0) return bounce(told);
    return bounce(failed.map((address) => match(address, told, report)));
  },
};

const generated = /^\s{1,8}\(?(?:ultimately )?generated (?:by|from) <?([^\s<>()]{3,300})>?\)?$/i;

const frames: readonly Frame[] = [
  {
    // "could not be delivered to one or more of its recipients. This is a permanent error. The
    // following address(es) failed:"; a short form before 1999; "<a@b>: reason" at MX Logic.
    opens: /could not be (?:delivered|sent) to (?:all|one or more|some)[^:]{0,220} ?failed:/i,
    closes: /^(?:-{2,}|included is a copy)/i,
    address: leading,
  },
  {
    opens: /following address(?:\(es\)|es)? ?failed:/i,
    closes: /^(?:-{2,}|included is a copy)/i,
    address: leading,
  },
  {
    opens: /has not yet been delivered (?:to )?(?:all|one or more|the following|is:|are:|to:)/i,
    closes: /^no action is required/i,
    address: leading,
    action: 'delayed',
  },
];

/** Where a pipe or a file failed, only what generated it has an address. */
const pipes: readonly Frame[] = frames.map((frame) => ({ ...frame, address: generated }));

/** "(generated from a@b)": the address that was mailed. */
function withParents(found: Found): Found {
  const parent = /\((?:ultimately )?generated (?:from|by) <?([^\s<>()]{3,300})>?\)/i.exec(
    found.text ?? '',
  )?.[1];
  const mailed = parent === undefined ? undefined : plainAddress(parent);
  return mailed === undefined ? found : { ...found, also: [mailed] };
}

/** The text of one address; where the text names a file or a pipe instead, all of it. */
function match(address: string, told: readonly Found[], report: Report): Found {
  const own = told.find((found) => found.address === address);
  if (own) return own;
  const local = address.slice(0, address.lastIndexOf('@'));
  const { lines } = report.notice;
  const at = lines.findIndex((line) => line.trim().replace(/:$/, '').toLowerCase() === local);
  if (at >= 0) return { address, text: lines.slice(at + 1, at + 8).join('\n') };
  const failed = lines.findIndex((line) => /failed(?: permanently)?:$|failure: ?$/i.test(line));
  return { address, text: lines.slice(failed + 1, failed + 20).join('\n') };
}
