/**
 * Gateways to X.400, whose addresses carry ours as an attribute (`/DD.RFC-822=a(a)b.c/`), and to
 * X.500, where mail500 lists what its directory lookup came to.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { fromX400 } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import { leading } from './reading/forms.ts';
import { readFrame } from './reading/frame.ts';
import { marks } from './reading/origin.ts';
import { isDelay } from './reading/tense.ts';

const failure =
  /not (?:be )?(?:deliver|transfer)|non-?deliver|undeliver|unable to (?:deliver|transfer)/i;

export const x400: Detector = {
  name: 'x400',
  read(report) {
    if (marks(report) < 1) return undefined;
    const errors = readFrame(report, {
      opens: /following errors occurred when trying to deliver the attached mail/i,
      address: leading,
    });
    return bounce(errors) ?? bounce(attributes(report));
  },
};

function attributes(report: Report): Found[] {
  const { flat, lines } = report.notice;
  if (!failure.test(flat)) return [];
  const action = isDelay(report) ? 'delayed' : 'failed';
  const found: { address: string; text: string[] }[] = [];
  for (const line of lines) {
    // Exchange 5 has a detector of its own, which also reads the lines without.
    const address = /RFC-?822\s?=/i.test(line) ? fromX400(line) : undefined;
    if (address === undefined) found.at(-1)?.text.push(line);
    else found.push({ address, text: [] });
  }
  return found.map(({ address, text }) => ({ address, action, text: text.join('\n') }));
}
