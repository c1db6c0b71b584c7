/**
 * Words as a search finds them: case, width and accents folded; scripts that write no spaces cut
 * into pairs of characters, so that a part of a sentence is found as a phrase of pairs.
 */

/** Han, Kana, Hangul, Thai, Lao, Khmer, Burmese: words are not told apart by spaces. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々]+/gu;
const marks = /[\u0300-\u036f]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ascii = /^[\u0000-\u007f]*$/;

/** Letters that are no letter with an accent to Unicode, but to those who search. */
const others: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
};
const otherLetters = /[ßæœøđðþłıħŧ]/g;

/** Lower case, without accents, of one width. */
export function folded(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(marks, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(otherLetters, (letter) => others[letter] ?? letter);
}

/** Folded text in which runs of unspaced script are pairs: `東京都` is `東京 京都`. */
export function searchText(text: string): string {
  const plain = folded(text);
  if (ascii.test(plain)) return plain;
  return plain.replace(unspaced, (run) => ` ${pairsOf(run).join(' ')} `);
}

/** The pairs of characters of a run; a single one is itself. */
function pairsOf(run: string): string[] {
  const chars = [...run];
  if (chars.length < 2) return chars;
  return chars.slice(1).map((char, n) => `${chars[n]}${char}`);
}

/** The words of folded text, in order: what a phrase of a query is made of. */
export function wordsOf(text: string): string[] {
  return searchText(text).match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
}

/** Whether a word is one character of an unspaced script: it stands in pairs only. */
export function isSingleCharacter(word: string): boolean {
  return [...word].length === 1 && word.search(unspaced) === 0;
}
