/** The words of a server, as a batch's progress keeps them. */

const maxText = 400;

/** What a server said instead of taking a message, and which one. */
export type Said = {
  readonly code: number;
  readonly enhanced: string | undefined;
  readonly text: string;
  readonly relay?: string | undefined;
};

/** As they stand in a line of a progress. */
export function wordsOf({ relay, code, enhanced, text }: Said): string {
  const by = relay === undefined ? '' : `${oneWord(relay)} `;
  return `${by}${code} ${enhanced || '-'} ${oneLine(text)}`;
}

/** Names of relays are the site's own, blanks and all; qmail's of messages have some, too. */
export function oneWord(text: string): string {
  return oneLine(text).replaceAll(/\s+/g, '_');
}

/** So that no answer makes a line of its own. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  return text.replaceAll(/[\x00-\x1f\x7f]+/g, ' ').slice(0, maxText);
}
