import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseMeta } from '../../src/model/entry-text.ts';
import { queueNames } from '../../src/model/queues.ts';
import { metaFile } from '../../src/spool/layout.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { makeList, makeSite } from '../site.ts';
import { messageBy, putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const now = 1_800_000_000_000;

/** For each address that the pipe was told: queue, list, and what its command is. */
const ways: readonly (readonly [local: string, way: string])[] = [
  ['cats', 'pipeline cats'],
  ['cats+anything', 'pipeline cats'],
  ['Cats-Owner', 'mailing cats'],
  ['cats-admin', 'mailing cats'],
  ['cats-request', 'pipeline cats-request'], // a list of that name is there
  ['cats-request+x', 'pipeline cats-request'],
  ['cats-request-request', 'command cats-request request'],
  ['cats-join', 'command cats join'],
  ['cats-subscribe', 'command cats subscribe'],
  ['cats-leave', 'command cats leave'],
  ['cats-unsubscribe', 'command cats unsubscribe'],
  ['cats-confirm+Token', 'command cats confirm Token'],
  ['cats-bounces', 'bounce cats'],
  ['cats-bounces+tag.m=x.example', 'bounce cats tag.m=x.example'],
];

test('mail by the pipe finds its list and its queue, and has the priority of its list', async () => {
  await using site = await makeSite();
  const open = { nonmemberAction: 'accept', priority: 2 } as const;
  for (const name of ['cats', 'cats-request']) {
    await makeList(site, `${name}@example.com`, [], open);
  }
  const opened = site.open();
  const { spool } = opened;
  const found: string[] = [];
  for (const [local] of ways) {
    const recipient = `${local}@example.com`;
    const message = messageBy('ann@a.example', 'food', recipient);
    const work = { kind: 'mail', via: 'pipe' } as const;
    await putEntry(spool.paths.root, { message, recipient, sender: 'ann@a.example', work, now });
    await workAt(opened, now, ['incoming']);
    for (const { queue, id, folder } of queueNames.flatMap((one) => [...waitingIn(spool, one)])) {
      const parsed = parseMeta(readFileSync(join(folder, metaFile), 'utf8'), id);
      assert.equal(parsed.kind, 'meta');
      const { list = '', work: put, priority } = parsed.meta;
      const told = [...('to' in put ? [put.to] : []), ...('detail' in put ? [put.detail] : [])];
      found.push([queue, list.split('.')[0], ...told].join(' '));
      const isPosting = queue === 'pipeline' || queue === 'mailing';
      if (isPosting) assert.equal(priority, 2, `${recipient} has the priority of its list`);
      rmSync(folder, { recursive: true });
    }
  }
  await opened.close();
  assert.deepEqual(
    found,
    ways.map(([, way]) => way),
  );
});
