/** A few words around the first place that a question is about. */
import { folded, wordsOf } from '../mail/fold.ts';
import type { Phrase } from './question.ts';

/** A stretch of text; `hit`: it is what was asked for. */
export type Piece = { readonly text: string; readonly hit: boolean };

const aroundChars = 80;
const maxLookedAt = 65_536;
const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

type Place = { readonly from: number; readonly to: number };

/** The excerpt of a text, on one line; its beginning where nothing of the question is in it. */
export function excerptOf(text: string, phrases: readonly Phrase[]): readonly Piece[] {
  const looked = text.slice(0, maxLookedAt);
  const wanted = phrases.filter(({ field }) => field === 'any');
  const places = wanted.length === 0 ? [] : placesIn(looked, wanted);
  const [first] = places;
  const from = first ? Math.max(0, first.from - aroundChars) : 0;
  const to = Math.min(looked.length, (first?.to ?? 0) + aroundChars * (first ? 1 : 2));
  const pieces: Piece[] = [];
  let at = from;
  for (const place of places) {
    if (place.from < at || place.to > to) continue;
    pieces.push({ text: looked.slice(at, place.from), hit: false });
    pieces.push({ text: looked.slice(place.from, place.to), hit: true });
    at = place.to;
  }
  pieces.push({ text: looked.slice(at, to), hit: false });
  return trimmed(pieces, from > 0, to < text.length);
}

function trimmed(pieces: readonly Piece[], isCut: boolean, goesOn: boolean): Piece[] {
  const lines = pieces.map(({ text, hit }) => ({ text: text.replaceAll(/\s+/g, ' '), hit }));
  const shown = lines.filter(({ text }) => text !== '');
  const [first] = shown;
  const last = shown.at(-1);
  if (first && isCut) shown[0] = { ...first, text: `…${first.text}` };
  if (last && goesOn) {
    const end = shown.at(-1) ?? last;
    shown[shown.length - 1] = { ...end, text: `${end.text}…` };
  }
  return shown;
}

/** Where the words of the question stand. */
function placesIn(text: string, phrases: readonly Phrase[]): Place[] {
  const whole = new Set(
    phrases.flatMap(({ words, isPrefix }) => (isPrefix ? words.slice(0, -1) : words)),
  );
  const begun = phrases.flatMap(({ words, isPrefix }) => (isPrefix ? (words.at(-1) ?? []) : []));
  const places: Place[] = [];
  for (const { 0: found, index } of text.matchAll(word)) {
    const plain = folded(found);
    if (isPaired(plain)) places.push(...pairsIn(found, index, whole, begun));
    else if (whole.has(plain) || begun.some((start) => plain.startsWith(start))) {
      places.push({ from: index, to: index + found.length });
    }
    if (places.length >= 20) break;
  }
  return places;
}

function isPaired(plain: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return !/^[\u0000-\u024f]*$/.test(plain) && wordsOf(plain)[0] !== plain;
}

/** The pairs of a run that are asked for, joined where they touch. */
function pairsIn(
  run: string,
  start: number,
  whole: ReadonlySet<string>,
  begun: readonly string[],
): Place[] {
  const places: Place[] = [];
  const chars = [...run];
  let at = start;
  for (const [n, char] of chars.entries()) {
    const pair = folded(char + (chars[n + 1] ?? ''));
    const isHit = whole.has(pair) || begun.some((text) => pair.startsWith(text));
    const last = places.at(-1);
    const to = at + char.length + (isHit && whole.has(pair) ? (chars[n + 1] ?? '').length : 0);
    if (isHit && last && last.to >= at) places[places.length - 1] = { from: last.from, to };
    else if (isHit) places.push({ from: at, to });
    at += char.length;
  }
  return places;
}
