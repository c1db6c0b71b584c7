/** RFC 3464 and RFC 6533 fields, read as liberally as they are written. */
import { type Fields, first } from '../../mail/report-parts.ts';
import type { Action } from '../../model/diagnosis.ts';
import { addressesIn, fromImcea, fromX400, plainAddress } from './addresses.ts';
import type { Found } from './finding.ts';

/** The recipients of status groups; groups about the message, or about nobody, are left out. */
export function readGroups(groups: readonly Fields[]): Found[] {
  return groups.map(readGroup).filter((found) => found !== undefined);
}

/** Did the recipient not get it, or not yet? */
export function isTrouble(found: Found): boolean {
  return found.action === 'failed' || found.action === 'delayed';
}

function readGroup(group: Fields): Found | undefined {
  const status = first(group, 'status');
  const action = actionOf(first(group, 'action'), status);
  if (action === undefined) return undefined;
  const names = [
    // The original recipient is the one that was mailed.
    recipient(xtext(first(group, 'original-recipient'))),
    recipient(first(group, 'final-recipient')),
    recipient(first(group, 'x-actual-recipient')),
    recipient(first(group, 'x-original-recipient')),
  ].filter((name) => name !== undefined);
  const code = (group.get('diagnostic-code') ?? []).join(' ');
  const text = code.replace(/^\s{0,9}[\w-]{1,20}\s{0,3};\s{0,3}/, '');
  const address = names[0] ?? addressesIn(text)[0];
  if (address === undefined) return undefined;
  return { address, also: names, action, status, text: text || comment(status) };
}

const failedWords = /^(?:fail|failure|failed|expired|undeliver\w*|rejected|error|bounced?)$/;

/** `failed`, and what reporters write instead. No action at all: the status class says it. */
function actionOf(value: string, status: string): Action | undefined {
  const word = /^[a-z]{1,20}/i.exec(value)?.[0].toLowerCase() ?? '';
  if (failedWords.test(word)) return 'failed';
  if (/^(?:delay|delayed|deferred|warning)$/.test(word)) return 'delayed';
  if (word === 'delivered' || word === 'relayed' || word === 'expanded') return word;
  if (word === '' && /^\s{0,9}5/.test(status)) return 'failed';
  if (word === '' && /^\s{0,9}4/.test(status)) return 'delayed';
  return undefined;
}

/** `rfc822; a@b.c`, `utf-8; ..`, `X400; ..`, or just the address. */
function recipient(value: string): string | undefined {
  if (value === '') return undefined;
  const typed = /^[\w.-]{1,30}\s{0,3}[;,:]\s{0,3}(.*)$/s.exec(value);
  const text = (typed?.[1] ?? value).replace(/\([^()]{0,200}\)\s{0,3}$/, '').trim();
  const plain = plainAddress(text) ?? addressesIn(text)[0] ?? fromX400(text);
  return plain === undefined ? undefined : (fromImcea(plain) ?? plain);
}

/**
 * RFC 3461 `+2B` and RFC 6533 `\\x{E9}`. Few encode; so where the `@` stands unencoded, only what
 * must be encoded is decoded, and `news+20@` stays itself.
 */
function xtext(value: string): string {
  const bare = value.includes('@');
  const must = /^(?:2B|3D|5C)$/;
  return value
    .replace(/\+([2-7][0-9A-F])/g, (all, hex: string) =>
      bare && !must.test(hex) ? all : String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\\x\{([0-9A-F]{2,6})\}/g, (all, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code > 0x10ffff ? all : String.fromCodePoint(code);
    });
}

function comment(status: string): string {
  return /\(([^()]{1,300})\)/.exec(status)?.[1] ?? status.replace(/^[\d.\s]{1,20}/, '');
}
