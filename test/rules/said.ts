/** What one rule says of a posting. */
import { inEnglish } from '../../src/engine/plain.ts';
import type { Hit, PartView, Posting } from '../../src/model/posting.ts';
import type { Settings } from '../../src/model/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { cats, headersOf, posting } from '../literals.ts';

export type Facts = {
  readonly lines?: readonly string[];
  readonly settings?: Partial<Settings>;
  readonly view?: Partial<Posting>;
};

/** The words of a hit. */
export function textOf(hit: Hit | undefined): string | undefined {
  return hit && inEnglish(hit.why, cats());
}

/** What a rule says: `action: text`, the text alone, or nothing. */
export function said(name: keyof typeof rules, { lines, settings = {}, view = {} }: Facts): string {
  const made = posting({ list: cats(settings), ...view }, lines && [...lines]);
  const hit = rules[name].check(made);
  return hit === undefined ? '' : [hit.action ?? [], textOf(hit) ?? ''].flat().join(': ');
}

export const ordinary = ['From: Anne <anne@example.net>', 'To: cats@example.com', 'Subject: food'];
export const stranger: Partial<Posting> = { memberships: [] };

export function part(more: Partial<PartView> = {}): PartView {
  const plain = { type: 'text/plain', filename: undefined, isAttachment: false, bytes: 10 };
  return { ...plain, inside: [], headers: headersOf(), ...more };
}

export const zip = part({
  type: 'application/zip',
  filename: 'Cats.ZIP',
  isAttachment: true,
  bytes: 900,
});
