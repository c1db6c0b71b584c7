/** Enhanced status and cause of one recipient: from fields, reply codes and words. */
import type { Action, Cause } from '../../model/diagnosis.ts';
import { causeIn } from './words.ts';

/** RFC 3463 and its registry: subject and detail. Those left out say too little. */
const details: Readonly<Record<string, Cause>> = {
  '1.0': 'dead',
  '1.1': 'dead',
  '1.2': 'routing',
  '1.3': 'dead',
  '1.4': 'dead',
  '1.6': 'dead',
  '1.7': 'policy',
  '1.8': 'policy',
  '1.10': 'routing',
  '2.1': 'suspended',
  '2.2': 'full',
  '2.3': 'size',
  '2.4': 'routing',
  '3.1': 'full',
  '3.2': 'policy',
  '3.4': 'size',
  '4.1': 'expired',
  '4.2': 'expired',
  '4.3': 'routing',
  '4.4': 'routing',
  '4.6': 'routing',
  '4.7': 'expired',
  '7.13': 'suspended',
  '7.26': 'dmarc',
};

/** Details that are believed above words that only may mean something else. */
const outright = new Set(['1.2', '1.7', '1.8', '2.2', '2.3', '3.4', '4.6', '7.13', '7.26']);

/** What an SMTP reply code alone can say. */
const codes: Readonly<Record<string, Cause>> = {
  '452': 'full',
  '521': 'routing',
  '551': 'dead',
  '552': 'full',
  '553': 'dead',
  '554': 'policy',
  '556': 'routing',
  '571': 'policy',
};

/** The status that stands for a cause where nobody gave one. */
const standing: Readonly<Record<Cause, string>> = {
  dead: '1.1',
  full: '2.2',
  policy: '7.1',
  spam: '7.1',
  dmarc: '7.26',
  size: '3.4',
  suspended: '2.1',
  expired: '4.7',
  routing: '4.4',
  unknown: '0.0',
};

const enhanced = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/g;

/** The most telling enhanced status in a text: the first that is not `x.0.0`. */
export function statusIn(text: string): string {
  let general = '';
  for (const hit of text.matchAll(enhanced)) {
    const status = hit[1] ?? '';
    if (!status.endsWith('.0.0')) return status;
    general ||= status;
  }
  return general;
}

/** The SMTP reply code in a text, or ''. */
export function replyIn(text: string): string {
  const form = /(?<![\d.[:-])([245][0-5]\d|571)(?=$|[\s:;,)-]|\.(?!\d))/;
  return form.exec(text)?.[1] ?? '';
}

/** Status and cause of one recipient. `reported` is the Status field, where there is one. */
export function judge(
  text: string,
  reported: string,
  action: Action,
): { readonly status: string; readonly cause: Cause } {
  const own = statusIn(reported);
  const inText = statusIn(text);
  const given = own === '' || (own.endsWith('.0.0') && inText !== '') ? inText : own;
  const cause = causeOf(text, given);
  const level = action === 'delayed' ? '4' : action === 'failed' ? '5' : '2';
  return { status: given === '' ? `${level}.${standing[cause]}` : given, cause };
}

function causeOf(text: string, status: string): Cause {
  const key = status.slice(2);
  const detail = details[key];
  const said = causeIn(text);
  // x.1.0 is what gateways print for want of anything better.
  const general = key === '1.0' && said.cause !== 'unknown';
  if (detail !== undefined && !general && (outright.has(key) || !said.sure)) {
    // Spam and DMARC are never said by accident.
    return said.cause === 'spam' || said.cause === 'dmarc' ? said.cause : detail;
  }
  if (said.sure) return said.cause;
  if (/^[45]\.[67]\./.test(status)) return 'policy';
  if (said.cause !== 'unknown') return said.cause;
  return codes[replyIn(text)] ?? 'unknown';
}
