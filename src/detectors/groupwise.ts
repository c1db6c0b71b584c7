/** Novell GroupWise, which often names users without their domain, and NTMail. */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesOf } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import { alone, leading } from './reading/forms.ts';
import { type Frame, readFrames } from './reading/frame.ts';
import { marks } from './reading/origin.ts';

const frames: readonly Frame[] = [
  { opens: /message that you sent was undeliverable to the following:?/i, address: leading },
  { opens: /your message was not delivered to (?=\S{1,200}@)/i, address: alone },
];

export const groupwise: Detector = {
  name: 'groupwise',
  read(report) {
    if (marks(report) < 1) return undefined;
    return bounce(readFrames(report, frames)) ?? bounce(nameless(report));
  },
};

/** `user (reason)`: the domain is that of the message's recipient of the same name. */
function nameless(report: Report): Found[] {
  const { flat, lines } = report.notice;
  if (!/undeliverable to the following/i.test(flat)) return [];
  const to = [...addressesOf(report.original.get('to')), ...addressesOf(report.original.get('cc'))];
  return lines.flatMap((line): Found[] => {
    const [, name, reason] = /^\s{1,12}([^\s@()]{1,64}) \(([^()]{1,200})\)/.exec(line) ?? [];
    const address = to.find((one) => one.startsWith(`${name?.toLowerCase()}@`));
    return address === undefined ? [] : [{ address, text: reason ?? '' }];
  });
}
