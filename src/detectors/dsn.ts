/**
 * RFC 3464 delivery status notifications, and RFC 6533's for addresses in UTF-8: the format that
 * all should speak. Actions, address types and fields are read as liberally as they are written.
 */

import type { Report } from '../mail/report.ts';
import { type Fields, first } from '../mail/report-parts.ts';
import type { Action, Detector } from '../model/diagnosis.ts';
import { addressesIn, fromImcea, fromX400, plainAddress } from './addresses.ts';
import { bounce, type Found, finding } from './finding.ts';

/** Reads the groups of a message/delivery-status part. */
export const dsn: Detector = {
  name: 'rfc3464',
  read(report) {
    const found = readGroups(report.status);
    if (found.length === 0) return undefined;
    const nature = found.some(isTrouble) ? 'bounce' : 'delivered';
    return { nature, findings: withText(found, report).map(finding) };
  },
};

/** The same fields in a part of another type, or in the text: a report that a gateway flattened. */
export const dsnInText: Detector = {
  name: 'rfc3464-text',
  read(report) {
    if (report.status.length > 0) return undefined;
    const { lines } = report.notice;
    const groups: Map<string, string[]>[] = [];
    let group: Map<string, string[]> | undefined;
    let last: string[] | undefined;
    for (const line of lines) {
      const hit = dsnField.exec(line);
      const [, name, value] = hit ?? [];
      if (name !== undefined && value !== undefined) {
        const key = name.toLowerCase();
        if (!group || group.has(key)) {
          group = new Map();
          groups.push(group);
        }
        last = [value];
        group.set(key, last);
      } else if (/^\s+\S/.test(line) && last) last.push(`${last.pop() ?? ''} ${line.trim()}`);
      else last = undefined;
    }
    const found = readGroups(groups).filter((one) => one.status !== '' || one.text !== '');
    return bounce(found.filter(isTrouble));
  },
};

const dsnField =
  /^\s{0,12}(final-recipient|original-recipient|action|status|diagnostic-code|remote-mta)\s?:\s?(.{1,900})$/i;

function isTrouble(found: Found): boolean {
  return found.action === 'failed' || found.action === 'delayed';
}

function readGroups(groups: readonly Fields[]): Found[] {
  const found: Found[] = [];
  for (const group of groups) {
    const one = readGroup(group);
    if (one) found.push(one);
  }
  return found;
}

function readGroup(group: Fields): Found | undefined {
  const status = first(group, 'status');
  const action = actionOf(first(group, 'action'), status);
  if (action === undefined) return undefined;
  const final = recipient(first(group, 'final-recipient'));
  const names = [
    recipient(xtext(first(group, 'original-recipient'))),
    final,
    recipient(first(group, 'x-actual-recipient')),
    recipient(first(group, 'x-original-recipient')),
  ].filter((name) => name !== undefined);
  const text = (group.get('diagnostic-code') ?? []).join(' ').replace(/^\s*[\w-]{1,20}\s*;\s*/, '');
  const address = names[0] ?? addressesIn(text)[0];
  if (address === undefined) return undefined;
  return { address, also: names, action, status, text: text || comment(status) };
}

/** `failed`, and what reporters write instead. No action at all: the status class says it. */
function actionOf(value: string, status: string): Action | undefined {
  const word = /^[a-z]{1,20}/i.exec(value)?.[0].toLowerCase() ?? '';
  if (/^(?:fail|failure|failed|expired|undeliver\w*|rejected|error|bounced?)$/.test(word)) {
    return 'failed';
  }
  if (/^(?:delay|delayed|deferred|warning)$/.test(word)) return 'delayed';
  if (word === 'delivered' || word === 'relayed' || word === 'expanded') return word;
  if (word === '' && /^\s*5/.test(status)) return 'failed';
  if (word === '' && /^\s*4/.test(status)) return 'delayed';
  return undefined;
}

/** `rfc822; a@b.c`, `utf-8; ..`, `X400; ..`, or just the address. */
function recipient(value: string): string | undefined {
  if (value === '') return undefined;
  const typed = /^\s*([\w.-]{1,30})\s*[;,:]\s*(.*)$/s.exec(value);
  const text = (typed?.[2] ?? value).replace(/\(.{0,200}\)\s*$/, '').trim();
  const plain = plainAddress(text) ?? addressesIn(text)[0] ?? fromX400(text);
  return plain === undefined ? undefined : (fromImcea(plain) ?? plain);
}

/** RFC 3461 `+2B`, RFC 6533 `\x{E9}`. */
function xtext(value: string): string {
  return value
    .replace(/\+(?=[0-9A-F]{2})([2-7][0-9A-F])/g, (all, hex: string) =>
      value.includes('@') && !/^(?:2B|3D|5C)$/.test(hex)
        ? all
        : String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\\x\{([0-9A-F]{2,6})\}/g, (all, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code > 0x10ffff ? all : String.fromCodePoint(code);
    });
}

function comment(status: string): string {
  return /\(([^()]{1,300})\)/.exec(status)?.[1] ?? status.replace(/^[\d.\s]{1,20}/, '');
}

/** A report that says nothing of the cause in its fields says it in its text. */
function withText(found: readonly Found[], report: Report): Found[] {
  return found.map((one) => {
    if (one.text !== '' || found.length > 50) return one;
    const text = aboutIt(one.address, report);
    return text === '' ? one : { ...one, text };
  });
}

function aboutIt(address: string, report: Report): string {
  const { lines } = report.notice;
  const at = lines.findIndex((line) => line.toLowerCase().includes(address));
  return at < 0 ? '' : lines.slice(at, at + 12).join('\n');
}
