/** Messages that come in at the same moment, as over several connections. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { hear } from '../../src/spool/arriving.ts';
import { acceptHeard } from '../../src/spool/intake.ts';
import { Spool } from '../../src/spool/spool.ts';
import { messageBy } from './entries.ts';

const list = 'cats@example.com';

/** Gives three messages at the same time, and the second is no message. */
export async function giveTogether(root: string) {
  const spool = new Spool(root);
  const texts = [messageBy('a@b.example', 'one'), '\0', messageBy('c@d.example', 'three')];
  const ids = await Promise.all(
    texts.map(async (text) => {
      const heard = await hear(spool, Readable.from([Buffer.from(text)]), 10_000);
      assert(heard.kind === 'heard');
      const target = { recipient: list, work: { kind: 'mail', via: 'lmtp' } } as const;
      const [id = ''] = await acceptHeard(
        spool,
        heard,
        'a@b.example',
        [{ ...target, queue: 'incoming' }],
        Date.now(),
      );
      return id;
    }),
  );
  return { spool, texts, ids };
}
