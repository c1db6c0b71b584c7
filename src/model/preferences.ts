/** What a person wants of his mail: said for one membership, one address, or all of his addresses. */

export const preferenceNames = ['ownPosts', 'duplicates', 'acknowledge', 'hidden'] as const;
export type PreferenceName = (typeof preferenceNames)[number];
/** The nearest that says something counts; then the list's own. */
export const preferenceLevels = ['member', 'address', 'user'] as const;
export type PreferenceLevel = (typeof preferenceLevels)[number];

/** What counts for one membership in the end. */
export type Preferences = { readonly [N in PreferenceName]: boolean };

/** No delivery from `from` until `until`, ms. */
export type Pause = { readonly from: number; readonly until: number };
