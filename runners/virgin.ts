/**
 * virgin - send what Listmill itself wrote
 *
 * Store:  reads the list; writes the totals of a mailing of one batch
 * Fails:  store or disk not ready, the notice waits; anything else, it is shunted
 * Bugs:   none known
 */
import { defineRunner } from '../src/engine/define.ts';
import { prepare } from '../src/engine/pipeline.ts';
import { noticeHandlers } from '../src/handlers/index.ts';
import { isBroken, readMessage } from '../src/mail/message.ts';
import type { Draft } from '../src/model/draft.ts';
import { finish, letter, park } from '../src/model/outcome.ts';
import type { Priority } from '../src/model/queues.ts';
import { type Recipient, recipientsOf } from '../src/model/recipients.ts';

export const runner = defineRunner(
  { reads: 'virgin', writes: ['outgoing'], batch: 16 },
  async (entry, desk) => {
    const { meta } = entry;
    const { work } = meta;
    if (work.kind !== 'notice') return { fate: park('shunt', `no notice but ${work.kind}`) };
    const list = meta.list && (await desk.books.list(meta.list));
    if (!list) return { fate: park('shunt', `there is no list ${meta.list}`) };
    const message = await readMessage(entry.message);
    if (isBroken(message)) return { fate: park('bad', message.reason) };
    const plain: Draft = { ...message, transforms: [], author: undefined, addressed: [] };
    const draft = prepare(noticeHandlers, plain, {
      list,
      number: 0,
      now: desk.now,
    });
    const { returnPath, to } = work;
    const recipients = recipientsOf(to.map((address): Recipient => [address]));
    const batch = {
      kind: 'batch',
      mailing: meta.id,
      mode: 'shared',
      returnPath,
      recipients,
      reported: 0,
    } as const;
    return {
      changes: [
        {
          kind: 'cut',
          list: meta.list,
          mailing: meta.id,
          batches: 1,
          recipients: recipients.length,
          last: true,
        },
      ],
      puts: [
        letter('outgoing', meta, batch, {
          key: 'b0',
          message: { kind: 'draft', ...draft },
          priority: list.settings.noticePriority as Priority,
        }),
      ],
      fate: finish,
    };
  },
);
