/** PMDF and what became of it: iPlanet, Sun and Oracle Messaging Server. */
import type { Detector } from '../model/diagnosis.ts';
import { plainAddress } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import { marks } from './reading/origin.ts';

const delayed = /your message has been enqueued and undeliverable for/i;
const failed = /your message cannot be delivered to the following recipients/i;
const field = /^\s{0,8}(recipient|original) address:\s{0,5}(?:rfc822;)?(\S{3,300})/i;

export const pmdf: Detector = {
  name: 'pmdf',
  read(report) {
    const { flat, lines } = report.notice;
    const told = failed.test(flat) || delayed.test(flat);
    if (marks(report) < 1 || !told) return undefined;
    const action = failed.test(flat) ? 'failed' : 'delayed';
    return bounce(recipients(lines).map((found): Found => ({ ...found, action })));
  },
};

/** The original address, which was mailed, stands below the one that it was turned into. */
function recipients(lines: readonly string[]): Found[] {
  const found: { address: string; also: string[]; text: string[] }[] = [];
  for (const line of lines) {
    const [, kind, value] = field.exec(line) ?? [];
    const address = value === undefined ? undefined : plainAddress(value);
    const last = found.at(-1);
    if (address === undefined) last?.text.push(line);
    else if (kind?.toLowerCase() === 'original' && last && last.also.length === 0) {
      last.also.push(last.address);
      last.address = address;
    } else found.push({ address, also: [], text: [] });
  }
  return found.map(({ address, also, text }) => ({ address, also, text: text.join('\n') }));
}
