/**
 * RFC 3464 delivery status notifications, and RFC 6533's for addresses in UTF-8: the format that
 * all should speak, and three of four do.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { type Found, finding } from './reading/finding.ts';
import { isTrouble, readGroups } from './reading/groups.ts';
import { isPasted } from './reading/origin.ts';

/** Fields that say nothing of the cause are explained from the text, in reports this small. */
const maxExplained = 50;
/** So many lines after the address are about it. */
const maxAbout = 12;

export const dsn: Detector = {
  name: 'rfc3464',
  read(report) {
    if (isPasted(report)) return undefined;
    const found = readGroups(report.status);
    if (found.length === 0) return undefined;
    const explained =
      found.length > maxExplained ? found : found.map((one) => explain(one, report));
    const nature = found.some(isTrouble) ? 'bounce' : 'delivered';
    return { nature, findings: explained.map(finding) };
  },
};

function explain(found: Found, report: Report): Found {
  if (found.text !== '') return found;
  const { lines } = report.notice;
  const at = lines.findIndex((line) => line.toLowerCase().includes(found.address));
  return at < 0 ? found : { ...found, text: lines.slice(at, at + maxAbout).join('\n') };
}
