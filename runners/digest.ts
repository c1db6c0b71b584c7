/**
 * digest - collect postings, and make one message of many for those who want it so
 *
 * A posting is kept as a file of its own below var/digests, a link to the one in the queue, and
 * as a row. A stream turns: in one transaction its postings become an issue, and it is written
 * down who gets which variant of it (src/store/digest-turn.ts). Then the variants are written,
 * each once, and go on as mailings.
 *
 * What a crash leaves: before the row, a file that the next try makes anew, or maintenance
 * removes; between row and turn, a posting that waits; between turn and messages, an issue whose
 * entry is still here and goes on with its next variant; a message that was put is not put again
 * (I4). Files are removed by maintenance only, when no stream has use for them.
 *
 * Store:  reads lists, what waits, issues; writes postings, issues, who gets what
 * Fails:  store or disk not ready, it waits; no message at all, bad; anything else, it is shunted
 * Bugs:   a digest is in the language that its reader had when it was made
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { defineEquipped } from '../src/engine/define.ts';
import type { Desk, Entry } from '../src/engine/desk.ts';
import { collect } from '../src/engine/digest-collect.ts';
import { type DigestPlace, digestDraft } from '../src/engine/digest-letters.ts';
import { personalWork } from '../src/engine/personal.ts';
import { siteTexts } from '../src/engine/templates.ts';
import { tag } from '../src/mail/keyed.ts';
import { maxIssuePostings } from '../src/model/digest.ts';
import { causeOf, type EntryMeta, type MetaOf } from '../src/model/entry.ts';
import { type ListView, listAddress } from '../src/model/list.ts';
import { finish, type Letter, later, letter, type Outcome, park } from '../src/model/outcome.ts';
import { hasOwnPaths } from '../src/model/return-paths.ts';

/** Variants of one step: that many messages are written side by side. */
const perStep = 4;

export const runner = defineEquipped(
  // One at a time: each must see what the one before has collected.
  { reads: 'digest', writes: ['mailing'], batch: 1 },
  async (site) => {
    const folder = site.paths.digests;
    const { disk } = site.spool;
    const place = { folder, archive: site.paths.archive, disk };
    mkdirSync(folder, { recursive: true, mode: 0o770 });
    await disk.syncDir(dirname(folder));
    const texts = siteTexts(site.paths.templates, site.log);
    return {
      step: async (entry, desk): Promise<Outcome<'mailing'>> => {
        const { meta } = entry;
        const list = meta.list && (await desk.books.list(meta.list));
        if (!list) return { fate: park('shunt', `there is no list ${meta.list}`) };
        if (isOf(meta, 'digest')) return await collect(entry, meta, list, desk, place);
        if (isOf(meta, 'turn')) return turn(meta, list, desk);
        if (isOf(meta, 'issue')) {
          return await issue(entry, meta, list, desk, {
            ...{ folder, texts },
            secret: desk.secret,
            config: desk.config,
          });
        }
        return { fate: park('shunt', `no digest but ${meta.work.kind}`) };
      },
      close: async () => undefined,
    };
  },
);

function isOf<K extends 'digest' | 'turn' | 'issue'>(meta: EntryMeta, kind: K): meta is MetaOf<K> {
  return meta.work.kind === kind;
}

/** Whether there is anything to be made is found out as it is written down. */
function turn(meta: MetaOf<'turn'>, list: ListView, { now }: Desk): Outcome<never> {
  const { rhythm, why } = meta.work;
  return {
    changes: [{ kind: 'turned', list: list.id, rhythm, why }],
    fate: later(now, { work: { kind: 'issue', rhythm, cause: causeOf(meta), variant: 0 } }),
  };
}

/** Some variants of the issue, on their way to their readers. */
async function issue(
  { meta }: Entry,
  { work }: MetaOf<'issue'>,
  list: ListView,
  desk: Desk,
  place: DigestPlace,
): Promise<Outcome<'mailing'>> {
  const { digests } = desk.books;
  const found = await digests.issueOf(work.cause);
  if (!found) return { fate: finish };
  const variants = await digests.variants(found.id, work.variant, perStep);
  // All of a variant may have been taken out of the archive meanwhile.
  const wanted = variants.filter(({ postings }) => postings.length > 0);
  const puts = await Promise.all(
    wanted.map(async (variant): Promise<Letter<'mailing'>> => {
      const cause = `${work.cause}/${found.id}/${variant.index}`;
      const mark = tag(place.secret.for('hole'), 'hole', cause);
      const draft = await digestDraft({ list, issue: found, variant, cause, mark }, place);
      const personal = personalWork(list, mark, draft.fragments ?? []);
      return letter(
        'mailing',
        meta,
        {
          kind: 'mailing',
          mode: hasOwnPaths(list.settings, found.number) ? 'verp' : 'shared',
          returnPath: listAddress(list, 'bounces'),
          dsn: list.settings.dsn,
          ...(personal === undefined ? {} : { personal }),
          audience: { kind: 'issue', issue: found.id, variant: variant.index },
          cursor: 0,
          batches: 0,
          recipients: 0,
        },
        {
          key: `d${found.id}v${variant.index}`,
          message: { kind: 'draft', ...draft },
          sender: null,
          priority: list.settings.priority as Letter['priority'],
        },
      );
    }),
  );
  const tell = {
    event: 'digest',
    rhythm: found.rhythm,
    volume: found.volume,
    issue: found.number,
    variants: puts.length,
  };
  if (variants.length === perStep) {
    return {
      puts,
      fate: later(desk.now, { work: { ...work, variant: work.variant + perStep } }),
      tell,
    };
  }
  const changes = [{ kind: 'issued', list: list.id, issue: found.id }] as const;
  const isMore = found.postings >= maxIssuePostings;
  const next = { kind: 'turn', rhythm: found.rhythm, why: 'asked' } as const;
  return { changes, puts, fate: isMore ? later(desk.now, { work: next }) : finish, tell };
}
