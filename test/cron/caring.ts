/** A site whose members' copies come back, and what maintenance writes to whom. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bounces } from '../../src/cron/bounces.ts';
import { runTask } from '../../src/engine/cron.ts';
import type { Site } from '../../src/engine/site.ts';
import { addressKey } from '../../src/mail/address.ts';
import type { Failure } from '../../src/model/failure.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { address } from '../literals.ts';
import { makeBench } from '../powercut/office.ts';
import { makeList, makeSite } from '../site.ts';

/** A site with the list cats@example.com, and a clock. */
export async function setUp(
  members: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
) {
  const bench = makeBench();
  const made = await makeSite('', join(bench.root, 'site'));
  const list = await makeList(made, 'cats@example.com', members, settings);
  const site = made.open();
  const store = await site.store();
  await store.as('test').addMember(list, 'owner', address('owner@example.org'));
  let steps = 0;
  const apply = async (change: object, now: number) => {
    steps += 1;
    const slip = { cause: `s${steps}.0`, changes: [change as never], fate: '' };
    const [applied] = await store.apply([slip], now);
    assert.equal(applied?.kind, 'applied');
  };
  return {
    site,
    list,
    store,
    fail: (failure: Failure, now: number) =>
      apply({ kind: 'bounced', list, failures: [failure] }, now),
    post: (root: string, subject: string, now: number) =>
      apply(
        {
          kind: 'accepted',
          list,
          posting: root,
          messageId: `<${root}@x.example>`,
          author: 'poster@x.example',
          subject,
        },
        now,
      ),
    run: async (now: number, dryRun = false) => {
      const said: string[] = [];
      const remark = async (text: string) => void said.push(text);
      const report = await runTask(site, bounces, { now, dryRun, remark });
      assert(report.kind === 'done');
      assert.equal(report.failed, 0, said.join('; '));
      return { text: report.text, said };
    },
    status: async (who: string) =>
      (await store.member(list, 'member', addressKey(address(who))))?.status ?? 'gone',
    [Symbol.asyncDispose]: async () => {
      await site.close();
      bench[Symbol.dispose]();
    },
  };
}

export type Notice = { readonly id: string; readonly to: string; readonly text: string };

/** The letters that were written since the last look. */
export function lettersIn({ spool }: Site, seen: Set<string>): Notice[] {
  const found: Notice[] = [];
  for (const place of waitingIn(spool, 'virgin')) {
    if (seen.has(place.id)) continue;
    seen.add(place.id);
    const text = readFileSync(join(place.folder, 'message.eml'), 'utf8').replaceAll('=\r\n', '');
    const to = /^To: (.*)$/m.exec(text)?.[1]?.trim() ?? '';
    found.push({ id: place.id, to, text });
  }
  return found.sort((a, b) => (a.to < b.to ? -1 : 1));
}
