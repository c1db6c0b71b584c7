/** What is found when a site is examined. */

export type Health = 'ok' | 'warn' | 'bad';

export type Finding = {
  /** `spf`, `dkim` ... */
  readonly check: string;
  /** Of which domain, relay or list. */
  readonly of: string;
  readonly health: Health;
  /** What is so, as a sentence. */
  readonly text: string;
  /** What to do about it; '' where nothing is to be done. */
  readonly fix: string;
};

/** Makes findings of one check about one thing. */
export function examiner(check: string, of: string) {
  const say =
    (health: Health) =>
    (text: string, fix = ''): Finding => ({ check, of, health, text, fix });
  return { ok: say('ok'), warn: say('warn'), bad: say('bad') };
}
