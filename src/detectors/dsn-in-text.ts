/** The fields of RFC 3464 in the text: a report that a gateway flattened, or never built. */
import type { Detector } from '../model/diagnosis.ts';
import { bounce } from './reading/finding.ts';
import { isTrouble, readGroups } from './reading/groups.ts';
import { marks } from './reading/origin.ts';

const names =
  'final-recipient|original-recipient|x-actual-recipient|action|status|diagnostic-code|remote-mta';
const field = new RegExp(String.raw`^\s{0,12}(${names})\s?:\s?(.{1,900})$`, 'i');

export const dsnInText: Detector = {
  name: 'rfc3464-text',
  read(report) {
    if (report.status.length > 0 || marks(report) < 1) return undefined;
    const groups = groupsIn(report.notice.lines);
    const told = readGroups(groups).filter((one) => one.status !== '' || one.text !== '');
    return bounce(told.filter(isTrouble));
  },
};

/** A field that was there already begins the next group. */
function groupsIn(lines: readonly string[]): Map<string, string[]>[] {
  const groups: Map<string, string[]>[] = [];
  let last: string[] | undefined;
  for (const line of lines) {
    const [, name, value] = field.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      const key = name.toLowerCase();
      const group = groups.at(-1);
      const open = group && !group.has(key) ? group : new Map<string, string[]>();
      if (open !== group) groups.push(open);
      last = [value];
      open.set(key, last);
    } else if (/^\s+\S/.test(line) && last) last.push(`${last.pop() ?? ''} ${line.trim()}`);
    else last = undefined;
  }
  return groups;
}
