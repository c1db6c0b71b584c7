/** The languages in which Listmill writes. */
export const languages = ['en', 'de', 'fr', 'es', 'pt', 'ja', 'zh', 'ru'] as const;
export type Language = (typeof languages)[number];

/** What to try for somebody who wants `wanted`, on a list that writes `own`: English last. */
export function languagesFor(wanted: string | undefined, own: string): readonly string[] {
  return [...new Set([wanted ?? own, own, 'en'])].filter((one) => /^[a-z]{2}$/.test(one));
}
