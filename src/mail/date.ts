const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
/** RFC 5322 section 4.3, in hours; the military letters there mean nothing and count as UTC. */
const zones = new Map([
  ['edt', -4],
  ['est', -5],
  ['cdt', -5],
  ['cst', -6],
  ['mdt', -6],
  ['mst', -7],
  ['pdt', -7],
  ['pst', -8],
  ['cet', 1],
  ['cest', 2],
  ['bst', 1],
  ['jst', 9],
]);
const maxDateChars = 200;

/** A point in time as a Date field has it, in UTC or at an offset in minutes east of it. */
export function formatDate(ms: number, offsetMinutes = 0): string {
  const at = new Date(ms + offsetMinutes * 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = months[at.getUTCMonth()] ?? '';
  const day = `${days[at.getUTCDay()]}, ${two(at.getUTCDate())}`;
  const date = `${month.charAt(0).toUpperCase()}${month.slice(1)} ${at.getUTCFullYear()}`;
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const sign = offsetMinutes < 0 ? '-' : '+';
  const east = Math.abs(offsetMinutes);
  return `${day} ${date} ${time} ${sign}${two(Math.floor(east / 60))}${two(east % 60)}`;
}

const mailDate =
  /^(?:[a-z]+,? *)?(\d{1,2})[ -]+([a-z]{3})[a-z]*\.?,?[ -]+(\d{2,4}),? +(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)? *(.*)$/;
const ctimeDate =
  /^(?:[a-z]+,? +)?([a-z]{3})[a-z]* +(\d{1,2}),? +(\d{1,2}):(\d{2})(?::(\d{2}))? +(?:([a-z]+|[+-]\d{4}) +)?(\d{4})(?: +([+-]\d{4}))?$/;
const isoDate =
  /^(\d{4})-(\d{2})-(\d{2})[t ]+(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? *(z|[+-]\d{2}:?\d{2})?$/;

/** The time of a Date field in ms, as people's programs write them; undefined where it is none. */
export function parseDate(text: string): number | undefined {
  const plain = withoutComments(text.slice(0, maxDateChars)).replace(/\s+/g, ' ').trim();
  const line = plain.toLowerCase();
  const mail = mailDate.exec(line);
  if (mail) {
    const [, day, month, year, hour, minute, second, zone] = mail;
    return timeOf(fullYear(year), monthOf(month), day, hour, minute, second, zone);
  }
  const ctime = ctimeDate.exec(line);
  if (ctime) {
    const [, month, day, hour, minute, second, zone, year, offset] = ctime;
    return timeOf(Number(year), monthOf(month), day, hour, minute, second, offset ?? zone);
  }
  const iso = isoDate.exec(line);
  if (!iso) return undefined;
  const [, year, month, day, hour, minute, second, zone] = iso;
  return timeOf(Number(year), Number(month) - 1, day, hour, minute, second, zone?.replace(':', ''));
}

function withoutComments(text: string): string {
  let depth = 0;
  let out = '';
  for (const char of text) {
    if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += char;
  }
  return out;
}

function monthOf(name: string | undefined): number {
  return months.indexOf(name ?? '');
}

/** RFC 5322 section 4.3: 00 to 49 are this century, 50 to 999 count from 1900. */
function fullYear(text: string | undefined): number {
  const year = Number(text);
  if (text?.length === 2 && year < 50) return year + 2000;
  return year < 1000 ? year + 1900 : year;
}

function timeOf(
  year: number,
  month: number,
  ...[day, hour, minute, second, zone]: readonly (string | undefined)[]
): number | undefined {
  const sec = Math.min(Number(second ?? 0), 59); // a leap second is the one before it
  if (month < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) {
    return undefined;
  }
  const ms = Date.UTC(year, month, Number(day), Number(hour), Number(minute), sec);
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day)) return undefined;
  return ms - offsetOf(zone ?? '') * 60_000;
}

/** Minutes east of UTC; what is unknown is UTC. */
function offsetOf(zone: string): number {
  const match = /^(?:gmt|utc|ut)?\s*([+-])(\d{2})(\d{2})\b/.exec(zone.trim());
  if (match) {
    const east = Number(match[2]) * 60 + Number(match[3]);
    if (east > 24 * 60) return 0;
    return match[1] === '-' ? -east : east;
  }
  return (zones.get(/^[a-z]+/.exec(zone.trim())?.[0] ?? '') ?? 0) * 60;
}
