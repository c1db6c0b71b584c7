import type { Detector } from '../model/diagnosis.ts';
import { addressesIn } from './reading/addresses.ts';
import { bounce } from './reading/finding.ts';

const screenName = /^[a-z][a-z0-9_.]{1,31}$/i;

/** AOL named its members by screen name alone. */
export const aol: Detector = {
  name: 'aol',
  read(report) {
    const sender = addressesIn(report.from)[0] ?? '';
    const domain = /@(?:[\w-]{1,60}\.)*((?:aol|aim|netscape|cs)\.com)$/.exec(sender)?.[1];
    const { lines } = report.notice;
    const at = lines.findIndex((line) => /could not be delivered because/i.test(line));
    const end = lines.findIndex((line, i) => i >= at && /:$/.test(line));
    if (domain === undefined || at < 0 || end < 0) return undefined;
    const reason = lines.slice(at, end + 1).join(' ');
    const names = lines.slice(end + 1).map((line) => line.trim());
    const last = names.findIndex((name, i) => i > 0 && name === '' && names[i - 1] !== '');
    return bounce(
      (last < 0 ? names : names.slice(0, last))
        .filter((name) => screenName.test(name) || addressesIn(name)[0] === name.toLowerCase())
        .map((name) => ({
          address: (name.includes('@') ? name : `${name}@${domain}`).toLowerCase(),
          text: reason,
        })),
    );
  },
};
