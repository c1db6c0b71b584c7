/** What a person wants of his mail: said for one membership, one address, or all of his addresses. */

import { type Language, languages } from './language.ts';
import { readChoice } from './topics.ts';

export const switchNames = ['ownPosts', 'duplicates', 'acknowledge', 'hidden', 'untagged'] as const;
export type SwitchName = (typeof switchNames)[number];
/** All that can be said, in the order in which it is shown. */
export const preferenceNames = [...switchNames, 'language', 'topics'] as const;
export type PreferenceName = (typeof preferenceNames)[number];
/** What is said at the same levels, and counts by the member's row. */
export const wayNames = ['mode', 'rhythm'] as const;
export type WayName = (typeof wayNames)[number];
/** The nearest that says something counts; then the list's own. */
export const preferenceLevels = ['member', 'address', 'user'] as const;
export type PreferenceLevel = (typeof preferenceLevels)[number];

/** What counts for one membership in the end. */
export type Preferences = { readonly [N in SwitchName]: boolean } & {
  /** Of what is written to him. */
  readonly language: Language;
  /** Which postings he wants, by their topics; empty: all. */
  readonly topics: readonly string[];
};

/** What is said at one level, by name; what is not said is not in it. */
export type Options = { readonly [N in PreferenceName]?: string };

/** What takes a choice back. */
export const byDefault = 'default';

/** What is said at one level: `on`, `off`, a language, or topics. Undefined: that cannot be said. */
export function preferenceValue(name: PreferenceName, text: string): string | undefined {
  const word = text.trim().toLowerCase();
  if (name === 'topics') return readChoice(word)?.join(',');
  const words: readonly string[] = name === 'language' ? languages : ['on', 'off'];
  return words.find((one) => one === word);
}

/** Whether it is on or off. */
export function isSwitch(name: PreferenceName): name is SwitchName {
  return name !== 'language' && name !== 'topics';
}

/** Finds the name whatever its case, with or without hyphens. */
export function preferenceName(text: string): PreferenceName | undefined {
  const plain = text.replaceAll(/[-_\s]/g, '').toLowerCase();
  return preferenceNames.find((name) => name.toLowerCase() === plain);
}

/** No delivery from `from` until `until`, ms. */
export type Pause = { readonly from: number; readonly until: number };
