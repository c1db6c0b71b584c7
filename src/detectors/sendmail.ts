/**
 * Sendmail and those that print like it (Mirapoint, Biglobe, Mail2000, Active!hunter, McAfee):
 * sections between `-----` headings, as savemail.c writes them, and the transcript of version 5.
 */
import type { Report } from '../mail/report.ts';
import type { Action, Detector } from '../model/diagnosis.ts';
import { addressesIn, plainAddress } from './reading/addresses.ts';
import { bounce, type Found, maxRecipients } from './reading/finding.ts';
import { either } from './reading/forms.ts';
import { marks } from './reading/origin.ts';
import { isDelay } from './reading/tense.ts';

const heading = /^\s{0,8}-{2,}\s{0,3}([^-\s].{2,100}?)\s{0,3}(?:-{2,}|:)\s{0,3}$/;
const listing = either(
  /(?:following|these) address(?:es)? (?:had|have|has|were)\b/,
  /message not delivered to|failed (?:recipients|addresses)|undeliverable to/,
);
const transcript = /transcript|session|error detail|non-?delivered information|technical details/i;

type Section = { readonly title: string; readonly lines: readonly string[] };

export const sendmail: Detector = {
  name: 'sendmail',
  read(report) {
    if (marks(report) < 1) return undefined;
    const sections = cut(report.notice.lines);
    const listed = sections.filter((section) => listing.test(section.title));
    const log = sections
      .filter((section) => transcript.test(section.title))
      .flatMap((s) => s.lines);
    if (listed.length > 0) {
      return bounce(listed.flatMap((section) => read(section, log, isDelay(report))));
    }
    return log.length === 0 ? undefined : bounce(fromTranscript(log, report));
  },
};

function cut(lines: readonly string[]): Section[] {
  const sections: { title: string; lines: string[] }[] = [];
  for (const line of lines) {
    const title = heading.exec(line)?.[1];
    if (title !== undefined) sections.push({ title, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

const recipientLine = new RegExp(
  String.raw`^\s{0,12}(?:>{1,3}\s{0,3})?(?:[^\s<>@][^<>]{0,200} <|<)?` +
    String.raw`([^\s<>(),"':]{1,150}@[^\s<>(),"':]{1,200})>?\s{0,5}(?:[([.:-].*|has .*)?$`,
);

function read(section: Section, log: readonly string[], delay: boolean): Found[] {
  const found: { address: string; also: string[]; text: string[] }[] = [];
  for (const line of section.lines) {
    const parent = /^\s{1,12}\(expanded from: <?([^<>()]{3,300}?)>?\)/i.exec(line)?.[1];
    const mailed = parent === undefined ? undefined : plainAddress(parent);
    const last = found.at(-1);
    if (mailed !== undefined && last) last.also.push(mailed);
    else if (/^\s{1,12}\(/.test(line) && last) last.text.push(line);
    else {
      const address = plainAddress(recipientLine.exec(line)?.[1] ?? '');
      if (address !== undefined && found.length < maxRecipients) {
        found.push({ address, also: [], text: [line] });
      } else last?.text.push(line);
    }
  }
  const action = actionOf(section.title, delay);
  return found.map(({ address, also, text }) => ({
    address: also[0] ?? address,
    also: [address, ...also],
    action,
    text: [...text, ...about([address, ...also], log)].join('\n'),
  }));
}

function actionOf(title: string, delay: boolean): Action {
  if (/success|relayed/i.test(title)) return 'delivered';
  if (/transient|delayed|non-fatal/i.test(title) || delay) return 'delayed';
  return 'failed';
}

/** What the transcript says of an address, else its last replies. */
function about(names: readonly string[], log: readonly string[]): readonly string[] {
  const lower = log.map((line) => line.toLowerCase());
  const own = log.filter((_, i) => names.some((name) => lower[i]?.includes(name)));
  if (own.length > 0) return own.slice(0, 8);
  const replies = log.filter((line) => /^(?:<<< )?[45]\d\d[ -]|deferred|could not/i.test(line));
  return (replies.length > 0 ? replies : log.filter((line) => line !== '')).slice(0, 6);
}

const final = new RegExp(
  String.raw`^\s{0,4}([45])\d\d(?:[ -][45]\.\d{1,3}\.\d{1,3})? ` +
    String.raw`<?([^\s<>]{1,150}@[^\s<>.][^\s<>]{0,200}?)>?\.\.\. ?(.*)$`,
);

/** Version 5 has no list: `554 <a@b>... reason` lines say it, after what the remote host said. */
function fromTranscript(log: readonly string[], report: Report): Found[] {
  const found: Found[] = [];
  let said: string[] = [];
  for (const line of log) {
    const hit = final.exec(line);
    const address = hit?.[2] === undefined ? undefined : plainAddress(hit[2]);
    if (hit && address !== undefined) {
      const delayed = hit[1] === '4' && /deferred/i.test(hit[3] ?? '') && isDelay(report);
      found.push({
        address,
        action: delayed ? 'delayed' : 'failed',
        text: [line, ...said].join('\n'),
      });
      said = [];
    } else if (/^\s{0,4}<<< /.test(line)) said.push(line);
    else if (/^(?:\.\.\. )?while talking to /i.test(line.trim())) said = [];
  }
  if (found.length > 0) return found;
  const asked = log.filter((line) => /^\s{0,4}>>> rcpt to/i.test(line)).flatMap(addressesIn);
  return [...new Set(asked)].map((address) => ({ address, text: log.join('\n') }));
}
