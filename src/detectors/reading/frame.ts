/**
 * Most reports in plain text have one shape: a sentence that says what happened, below it the
 * addresses, each with its reason, and a line where that ends. A frame describes such a shape.
 */
import type { Report } from '../../mail/report.ts';
import type { Action, Detector } from '../../model/diagnosis.ts';
import { plainAddress } from './addresses.ts';
import { bounce, type Found, maxRecipients } from './finding.ts';
import { marks } from './origin.ts';

export type Frame = {
  /** Further conditions, asked first. */
  readonly when?: (report: Report) => boolean;
  /** The sentence, as it stands when line breaks are single blanks. */
  readonly opens: RegExp;
  /** The line at which reading ends; else the notice's end. */
  readonly closes?: RegExp;
  /** Group 1 is an address; what follows on the line belongs to its reason. Several are tried. */
  readonly address: RegExp | readonly RegExp[];
  readonly action?: Action;
  /** The reason stands above the addresses, not below. */
  readonly above?: boolean;
};

/** So many lines below the list may say why. */
const maxBelow = 15;

/** What a frame finds in a report. */
export function readFrame(report: Report, frame: Frame): Found[] {
  const { flat, lines, lineAt } = report.notice;
  const open = frame.opens.exec(flat);
  if (!open || frame.when?.(report) === false) return [];
  const from = lineAt(open.index);
  // The sentence may name an address, so reading starts on its line.
  let to = lines.length;
  if (frame.closes) {
    for (let i = from + 1; i < lines.length; i++) {
      if (frame.closes.test(lines[i] ?? '')) {
        to = i;
        break;
      }
    }
  }
  return readAddresses(lines, from, to, frame);
}

function readAddresses(lines: readonly string[], from: number, to: number, frame: Frame): Found[] {
  const forms = Array.isArray(frame.address) ? frame.address : [frame.address];
  const found: { address: string; text: string[] }[] = [];
  const above: string[] = [];
  for (const line of lines.slice(from, to)) {
    const hit = firstHit(forms, line);
    if (hit && found.length < maxRecipients) {
      found.push({ address: hit.address, text: [hit.before, hit.rest] });
    } else if (found.length === 0) above.push(line);
    else found.at(-1)?.text.push(line);
  }
  // One recipient: all that follows is about it. Several: what follows is about all of them.
  const below = lines.slice(to, to + maxBelow);
  const whole = (own: readonly string[]): readonly string[] => {
    if (frame.above) return above.concat(own);
    return found.length === 1 || !own.some((line) => /\w/.test(line)) ? own.concat(below) : own;
  };
  const action = frame.action ?? 'failed';
  return found.map(({ address, text }) => ({ address, action, text: whole(text).join('\n') }));
}

function firstHit(
  forms: readonly RegExp[],
  line: string,
): { address: string; before: string; rest: string } | undefined {
  for (const form of forms) {
    const hit = form.exec(line);
    const address = hit?.[1] === undefined ? undefined : plainAddress(hit[1]);
    if (hit && address !== undefined) {
      const at = hit.index + hit[0].length;
      const before = line.slice(0, line.indexOf(hit[1] ?? ''));
      // A label may be the reason (`Unknown user: a@b.c`); a bullet is none.
      return {
        address,
        before: /[a-z]{3}[^:]{0,80}:\s{0,5}["'<]?$/i.test(before) ? before : '',
        rest: line.slice(at),
      };
    }
  }
  return undefined;
}

/** The frames of a table, in order: the first that finds something. */
export function readFrames(report: Report, frames: readonly Frame[]): Found[] {
  for (const frame of frames) {
    const found = readFrame(report, frame);
    if (found.length > 0) return found;
  }
  return [];
}

/** A detector that is nothing but a table of frames; the report must bear a mark of its kind. */
export function framed(name: string, frames: readonly Frame[]): Detector {
  return {
    name,
    read: (report) => (marks(report) < 1 ? undefined : bounce(readFrames(report, frames))),
  };
}
