/**
 * The list manager fml, where one list is a member of another: what it refuses it reports to the
 * sender, and the address in brackets is its own.
 */
import type { Detector } from '../model/diagnosis.ts';
import { addressesIn } from './reading/addresses.ts';
import { bounce } from './reading/finding.ts';

const refusals =
  /not a member of this mailing list|duplicated message-id|loop back warning|reject (?:mail|spam)/i;

export const fml: Detector = {
  name: 'fml',
  read(report) {
    if (!report.headers.has('x-mlserver') || !/-(?:admin|ctl)@/i.test(report.from))
      return undefined;
    const { lines } = report.notice;
    const line = lines.find((one) => refusals.test(one) && one.includes('<'));
    if (line === undefined) return undefined;
    return bounce(
      addressesIn(line)
        .slice(0, 1)
        .map((address) => ({ address, text: line })),
    );
  },
};
