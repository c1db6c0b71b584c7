/** Makes findings, and a reading of them. */
import type { Action, Finding, Reading } from '../../model/diagnosis.ts';
import { judge } from './judge.ts';

/** A diagnostic is cut here. */
export const maxDiagnostic = 1000;

/** Further recipients of one report are not read. */
export const maxRecipients = 1000;

/** What a detector read of one recipient. */
export type Found = {
  readonly address: string;
  readonly action?: Action;
  /** Other names of the recipient. */
  readonly also?: readonly string[];
  /** A Status field, as reported. */
  readonly status?: string;
  /** What the reporter said of it; may be several lines. */
  readonly text?: string;
};

/** Addresses, links and host names are no words: a mailbox called `spam` is not spam. */
const noWords = [
  /<?[^\s<>@]{1,128}@[^\s<>@]{1,200}>?/g,
  /https?:\/\/\S{1,500}/g,
  /(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w.-])/g,
];

/** IronPort's prefix, the same before every reply: `5.1.0 - Unknown address error 550-'...`. */
const ironPort = /[45]\.\d\.\d - [A-Z][\w ]{3,60} (?=[45]\d\d-)/;

/** One recipient, judged. */
export function finding(found: Found): Finding {
  const action = found.action ?? 'failed';
  const diagnostic = oneLine(found.text ?? '');
  const spoken = noWords.reduce((text, form) => text.replace(form, ' '), diagnostic);
  const { status, cause } = judge(spoken.replace(ironPort, ''), found.status ?? '', action);
  const also = (found.also ?? []).filter((other) => other !== found.address);
  return { address: found.address, also: [...new Set(also)], action, status, cause, diagnostic };
}

/** A bounce, or undefined where no recipient was found: then it is somebody else's to read. */
export function bounce(found: readonly Found[]): Reading | undefined {
  if (found.length === 0) return undefined;
  return { nature: 'bounce', findings: found.slice(0, maxRecipients).map(finding) };
}

function oneLine(text: string): string {
  return text
    .slice(0, maxDiagnostic * 4)
    .replace(/\s+/g, ' ')
    .replace(/^[ >:.,;)\]-]{1,20}/, '')
    .trim()
    .slice(0, maxDiagnostic);
}
