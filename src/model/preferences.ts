/** What a person wants of his mail: said for one membership, one address, or all of his addresses. */

import { type Language, languages } from './language.ts';

export const switchNames = ['ownPosts', 'duplicates', 'acknowledge', 'hidden'] as const;
export type SwitchName = (typeof switchNames)[number];
export type PreferenceName = SwitchName | 'language';
/** The nearest that says something counts; then the list's own. */
export const preferenceLevels = ['member', 'address', 'user'] as const;
export type PreferenceLevel = (typeof preferenceLevels)[number];

/** What counts for one membership in the end. */
export type Preferences = { readonly [N in SwitchName]: boolean } & {
  /** Of what is written to him. */
  readonly language: Language;
};

/** What is said at one level: `on`, `off`, or a language. */
export function isPreferenceValue(name: PreferenceName, value: string): boolean {
  const words: readonly string[] = name === 'language' ? languages : ['on', 'off'];
  return words.includes(value);
}

/** No delivery from `from` until `until`, ms. */
export type Pause = { readonly from: number; readonly until: number };
