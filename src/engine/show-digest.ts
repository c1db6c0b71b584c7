/** What a digest would be if it went out now; nothing is sent and nothing is kept. */
import { type DigestForm, maxIssuePostings, type Rhythm } from '../model/digest.ts';
import type { Language } from '../model/language.ts';
import type { ListView } from '../model/list.ts';
import { digestDraft } from './digest-letters.ts';
import type { Site } from './site.ts';
import { siteTexts } from './templates.ts';
import { draftBytes } from './write.ts';

export type DigestWish = {
  readonly list: ListView;
  readonly rhythm: Rhythm;
  readonly form: DigestForm;
  readonly language: Language;
  readonly now: number;
};

/** Its bytes; undefined where nothing waits. */
export async function digestNow(
  site: Site,
  { list, rhythm, form, language, now }: DigestWish,
): Promise<AsyncGenerator<Buffer> | undefined> {
  const { digests } = await site.store();
  const postings = await digests.waitingPostings(list.id, rhythm, maxIssuePostings);
  if (postings.length === 0) return undefined;
  const stream = await digests.stream(list.id, rhythm);
  const draft = await digestDraft(
    {
      list,
      issue: { volume: stream?.volume ?? 1, number: (stream?.number ?? 0) + 1, at: now },
      variant: { form, language, postings },
      cause: `show/${list.id}/${rhythm}/${now}`,
      mark: '',
    },
    {
      folder: site.paths.digests,
      texts: siteTexts(site.paths.templates, site.log),
      secret: site.secret(),
      config: site.config,
    },
  );
  return draftBytes(draft);
}
