/** The chain of those who passed a message on (ARC, RFC 8617): verified, and one link added. */
import type { Message } from '../message.ts';
import { relaxedField } from './canonical.ts';
import type { SealField, ToSeal } from './field.ts';
import type { SigningKey } from './key.ts';
import { algorithmName, coveredText, foldNames, namesToSign, type RawField } from './sign.ts';
import { readTags, withoutSignature } from './tags.ts';
import { type AskKey, bodyHashes, fieldsOf, verifySignature, verifyText } from './verify.ts';

export const chainStates = ['none', 'pass', 'fail'] as const;
export type ChainState = (typeof chainStates)[number];

export type Chain = {
  /** `temperror`: a name server did not answer, so nothing is known. */
  readonly state: ChainState | 'temperror';
  readonly why: string | undefined;
  /** How many sealed it. */
  readonly length: number;
  /** The domain of the last seal; '' for none. */
  readonly domain: string;
};

/** RFC 8617 section 4.2.1. */
const maxLinks = 50;

const kinds = ['arc-authentication-results', 'arc-message-signature', 'arc-seal'] as const;
type Kind = (typeof kinds)[number];
type Link = { readonly [K in Kind]: RawField };
type Tagged = { readonly field: RawField; readonly tags: ReadonlyMap<string, string> };

/** Verifies the chain of a message. */
export async function verifyArc(message: Message, ask: AskKey): Promise<Chain> {
  const fields = fieldsOf(message);
  const links = linksOf(fields);
  if (links === 'none') return { state: 'none', why: undefined, length: 0, domain: '' };
  const length = highest(fields);
  const failed = (why: string, state: Chain['state'] = 'fail'): Chain => {
    return { state, why, length, domain: '' };
  };
  if (links === 'broken') return failed('a link is not whole');
  const last = links.at(-1);
  const signature = last && tagged(last['arc-message-signature']);
  if (!last || !signature) return failed('the message signature cannot be read');
  for (const [n, link] of links.entries()) {
    const state = tagged(link['arc-seal'])?.tags.get('cv')?.toLowerCase();
    if (state !== (n === 0 ? 'none' : 'pass')) return failed(`seal ${n + 1} says cv=${state}`);
  }
  if (/(?:^|:)arc-seal(?:$|:)/i.test((signature.tags.get('h') ?? '').replaceAll(/\s/g, ''))) {
    return failed('the message signature covers a seal');
  }
  const [bodyHash = ''] = await bodyHashes(message, [signature]);
  const found = await verifySignature(signature, fields, bodyHash, ask);
  if (found.result === 'temperror') return failed(found.why ?? '', 'temperror');
  if (found.result !== 'pass') return failed(`the last message signature: ${found.why}`);
  for (let n = links.length; n >= 1; n--) {
    const seal = await verifySeal(links.slice(0, n), ask);
    if (seal.result === 'temperror') return failed(seal.why ?? '', 'temperror');
    if (seal.result !== 'pass') return failed(`seal ${n}: ${seal.why}`);
  }
  const domain = tagged(last['arc-seal'])?.tags.get('d') ?? '';
  return { state: 'pass', why: undefined, length, domain };
}

async function verifySeal(links: readonly Link[], ask: AskKey) {
  const last = links.at(-1);
  const seal = last && tagged(last['arc-seal']);
  if (!last || !seal || seal.tags.has('h')) {
    return { result: 'permerror', why: 'it cannot be read' } as const;
  }
  const { name, value } = seal.field;
  const own = relaxedField(name, withoutSignature(value));
  return await verifyText(linksText(links.slice(0, -1)) + openText(last) + own, seal.tags, ask);
}

function tagged(field: RawField): Tagged | undefined {
  const tags = readTags(field.value);
  return tags && { field, tags };
}

/** What seals cover of whole links. */
function linksText(links: readonly Link[]): string {
  return links.map((link) => openText(link) + text(link['arc-seal'])).join('');
}

/** And of a link whose seal is being made. */
function openText(link: Omit<Link, 'arc-seal'>): string {
  return text(link['arc-authentication-results']) + text(link['arc-message-signature']);
}

function text({ name, value }: RawField): string {
  return `${relaxedField(name, value)}\r\n`;
}

function instanceOf({ value }: RawField): number {
  return Number(/^\s*(?:[^;]*;)*?\s*i\s*=\s*(\d{1,2})\s*(?:;|$)/.exec(value)?.[1] ?? Number.NaN);
}

function kindOf({ name }: RawField): Kind | undefined {
  const key = name.trim().toLowerCase();
  return kinds.find((kind) => kind === key);
}

/** The number of the newest link, however whole; 0 where there is none. */
function highest(fields: readonly RawField[]): number {
  const numbers = fields.filter((one) => kindOf(one) !== undefined).map(instanceOf);
  return Math.max(0, ...numbers.filter((one) => !Number.isNaN(one)));
}

/** The links from the first to the newest; each has one field of each kind. */
function linksOf(fields: readonly RawField[]): readonly Link[] | 'none' | 'broken' {
  const found = new Map<string, RawField>();
  let count = 0;
  for (const field of fields) {
    const kind = kindOf(field);
    if (kind === undefined) continue;
    found.set(`${instanceOf(field)} ${kind}`, field);
    count += 1;
  }
  if (count === 0) return 'none';
  const length = highest(fields);
  if (length > maxLinks || count !== length * kinds.length) return 'broken';
  const links: Link[] = [];
  for (let n = 1; n <= length; n++) {
    const [results, signature, seal] = kinds.map((kind) => found.get(`${n} ${kind}`));
    if (!results || !signature || !seal) return 'broken';
    links.push({
      'arc-authentication-results': results,
      'arc-message-signature': signature,
      'arc-seal': seal,
    });
  }
  return links;
}

/** The link that is to be added; its Authentication-Results are in the message already. */
export type NewLink = { readonly instance: number; readonly state: ChainState };

/** Whether one more link may be added to a chain. */
export function nextLink({ state, length }: Chain): NewLink | undefined {
  if (state === 'temperror' || length >= maxLinks) return undefined;
  return { instance: length + 1, state };
}

/**
 * The signature and the seal of a new link. The signature leaves out the fields in which copies
 * differ; `first` is how many fields are signed before these.
 */
export function arcFields(
  { fields, bodyHash, mark }: ToSeal,
  { instance, state }: NewLink,
  key: SigningKey,
  first: number,
): readonly SealField[] {
  const results = fields.find(
    (field) => kindOf(field) === 'arc-authentication-results' && instanceOf(field) === instance,
  );
  if (!results) return [];
  const names = namesToSign(fields, ({ value }) => !value.includes(mark(0).charAt(0)));
  const by = `a=${algorithmName(key.algorithm)}; d=${key.domain}; s=${key.selector};`;
  const signature = {
    name: 'ARC-Message-Signature',
    value:
      ` i=${instance}; ${by}\r\n\tc=relaxed/relaxed; h=${foldNames(names)};` +
      `\r\n\tbh=${bodyHash};\r\n\tb=`,
  };
  const seal = { name: 'ARC-Seal', value: ` i=${instance}; cv=${state}; ${by}\r\n\tb=` };
  const signed = { ...signature, value: `${signature.value}${mark(first)}` };
  const link = { 'arc-authentication-results': results, 'arc-message-signature': signed };
  // A chain that is broken is not vouched for: only that it was, and by whom (section 5.1.2).
  const before = state === 'fail' ? [] : earlier(fields, instance);
  return [
    { ...signature, covered: coveredText(fields, names), own: ownText(signature), key },
    { ...seal, covered: linksText(before) + openText(link), own: ownText(seal), key },
  ];
}

function ownText({ name, value }: RawField): string {
  return relaxedField(name, value);
}

function earlier(fields: readonly RawField[], instance: number): readonly Link[] {
  const old = fields.filter((field) => !(instanceOf(field) >= instance));
  const links = linksOf(old);
  return typeof links === 'string' ? [] : links;
}
