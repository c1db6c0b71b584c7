/** The variants of an issue, and whose they are. */
import type { DigestChange } from '../model/change-digest.ts';
import type { DigestForm } from '../model/digest.ts';
import type { Books } from './apply.ts';
import { q, query } from './sql.ts';

const addVariant = query(
  (p: {
    issue: number;
    variant: number;
    form: DigestForm;
    language: string;
    postings: string | null;
  }) =>
    q.insertInto('digest_variant').values({
      issue: p.issue,
      variant: p.variant,
      form: p.form,
      language: p.language,
      postings: p.postings,
    }),
);
const addOdd = query((p: { issue: number; variant: number; member: number }) =>
  q.insertInto('odd').values({ issue: p.issue, variant: p.variant, member: p.member }),
);
const setMade = query((p: { issue: number; now: number }) =>
  q.updateTable('digest_issue').set({ made: p.now }).where('seq', '=', p.issue),
);
/** Members of one key get one variant: form, language and postings; empty: nothing. */
export type Odd = { readonly member: number; readonly key: string };

/** Writes down a variant for each form, and one for each kind of odd members. */
export function addVariants(
  { db }: Pick<Books, 'db'>,
  issue: number,
  forms: readonly DigestForm[],
  language: string,
  odd: readonly Odd[],
): void {
  let variant = 0;
  for (const form of forms) {
    db.run(addVariant, { issue, variant, form, language, postings: null });
    variant += 1;
  }
  // Who has muted all of it gets none.
  const known = new Map([['', -1]]);
  for (const { member, key } of odd) {
    let index = known.get(key);
    if (index === undefined) {
      const [form, language, postings] = JSON.parse(key) as [DigestForm, string, number[] | null];
      // An odd variant names its postings, also where that is all of them.
      const named = JSON.stringify(postings ?? 'all');
      db.run(addVariant, { issue, variant, form, language, postings: named });
      known.set(key, variant);
      index = variant;
      variant += 1;
    }
    db.run(addOdd, { issue, variant: index, member });
  }
}

/** All messages of an issue are on their way. */
export function applyIssued(
  { db, now }: Books,
  change: Extract<DigestChange, { kind: 'issued' }>,
): undefined {
  db.run(setMade, { issue: change.issue, now });
}
