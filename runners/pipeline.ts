/**
 * pipeline - prepare an accepted posting for its readers, and hand it to those who pass it on
 *
 * Store:  reads the list, the posting's number, the last member's number, DMARC policies
 * Fails:  store or disk not ready, the posting waits; anything else, it is shunted
 * Bugs:   a change of settings between acceptance and this step counts already
 */
import { defineRunner } from '../src/engine/define.ts';
import { draftPosting } from '../src/engine/drafting.ts';
import { isSecond } from '../src/engine/judging.ts';
import { isBroken, readMessage } from '../src/mail/message.ts';
import { isArchived } from '../src/model/archived.ts';
import { rootId } from '../src/model/ids.ts';
import { listAddress } from '../src/model/list.ts';
import { finish, type Letter, letter, park } from '../src/model/outcome.ts';
import { hasOwnPaths } from '../src/model/return-paths.ts';

export const runner = defineRunner(
  { reads: 'pipeline', writes: ['archive', 'mailing'], batch: 32 },
  async (entry, desk) => {
    const { meta } = entry;
    const list = meta.list && (await desk.books.list(meta.list));
    if (!list) return { fate: park('shunt', `there is no list ${meta.list}`) };
    const message = await readMessage(entry.message, {
      maxHeaderBytes: desk.config.limits.headerBytes,
    });
    if (isBroken(message)) return { fate: park('bad', message.reason) };
    if (meta.work.kind === 'posting' && !meta.work.approved) {
      if (await isSecond(desk, meta, list, message.headers)) {
        return { fate: finish, tell: { event: 'duplicate', list: list.id } };
      }
    }
    const number = (await desk.books.postingNumber(list.id, rootId(meta.id))) ?? 0;
    const { draft, plain } = await draftPosting(desk, list, message, number);
    const mailing: Letter<'mailing'> = letter(
      'mailing',
      meta,
      {
        kind: 'mailing',
        mode: hasOwnPaths(list.settings, number) ? 'verp' : 'shared',
        returnPath: listAddress(list, 'bounces'),
        dsn: list.settings.dsn,
        audience: {
          kind: 'members',
          upTo: await desk.books.lastMember(list.id),
          ...(draft.author === undefined ? {} : { author: draft.author }),
          addressed: [...draft.addressed],
        },
        cursor: 0,
        batches: 0,
        recipients: 0,
      },
      { message: { kind: 'draft', ...draft } },
    );
    const archive = letter(
      'archive',
      meta,
      { kind: 'archive' },
      { message: plain === undefined ? { kind: 'same' } : { kind: 'draft', ...plain } },
    );
    return {
      puts: isArchived(list, message.headers) ? [archive, mailing] : [mailing],
      fate: finish,
    };
  },
);
