/** Three postings are archived, one after the other. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appendToMbox, mboxFile } from '../../../src/archive/mbox.ts';
import { settle } from '../../../src/engine/settle.ts';
import { type Disk, namesIn, realDisk } from '../../../src/ground/disk.ts';
import { entryId } from '../../../src/model/ids.ts';
import { finish, type Outcome } from '../../../src/model/outcome.ts';
import { readWaitingName } from '../../../src/spool/layout.ts';
import { claimedIn, waitingIn } from '../../../src/spool/places.ts';
import { type OpenClaim, Spool } from '../../../src/spool/spool.ts';
import { lay, leftovers, metaOf, now, recoverAll, worker } from '../office.ts';
import type { House, Scene } from '../plug.ts';

const bodies = [
  'Subject: 1\n\nFrom here on\n',
  `Subject: 2\r\n\r\n${'long '.repeat(400)}\r\n`,
  'Subject: 3\n\n>From x\nno line end',
];
const quoted = [
  'Subject: 1\n\n>From here on\n\n',
  `Subject: 2\n\n${'long '.repeat(400)}\n\n`,
  'Subject: 3\n\n>>From x\nno line end\n\n',
];

const fileIn = (root: string) => mboxFile(join(root, 'var'), 'cats.example.com', now);

async function archive(root: string, disk: Disk, claim: OpenClaim): Promise<Outcome> {
  const { id, sender, received } = claim.meta;
  const stillComing = async () => {
    await disk.syncDir(dirname(claim.folder));
    const spool = new Spool(root);
    const places = [...waitingIn(spool, 'archive'), ...claimedIn(spool, 'archive')];
    return new Set(places.map(({ id: one }) => one));
  };
  const parts = { disk, stillComing, maxBegun: 2 };
  await appendToMbox(fileIn(root), { id, sender, received, message: claim.message }, parts);
  return { fate: finish };
}

/** Archives what waits, one after the other, as the runner does. */
async function archiveAll({ root, disk, ledger }: House, order: 1 | -1): Promise<void> {
  const spool = new Spool(root, disk);
  const waiting = namesIn(spool.paths.new('archive', 5)).sort();
  for (const text of order === 1 ? waiting : waiting.reverse()) {
    const name = readWaitingName(5, text);
    const claim = name && spool.claim('archive', worker, name);
    const opened = claim && spool.open(claim);
    assert(opened && !('broken' in opened));
    const outcome = await archive(root, disk, opened);
    await settle(spool, ledger, [{ claim: opened, outcome }], now);
    spool.litter.sweep();
  }
}

/** `order`: whether the successor takes the rest from its beginning or from its end. */
export function mboxScene(name: string, order: 1 | -1): Scene {
  return {
    name,
    queues: ['archive'],
    setUp(root, id) {
      mkdirSync(join(root, 'var'));
      for (const [n, bytes] of bodies.entries()) {
        const one = entryId(`${id}x${n}`);
        lay(root, 'archive', metaOf(one, { kind: 'archive' }, bytes), bytes);
      }
    },
    act: (house) => archiveAll(house, 1),
    async check({ root, store: ledger }) {
      await recoverAll(root, ledger);
      await archiveAll({ root, disk: realDisk, ledger, store: ledger }, order);
      assert.deepEqual(leftovers(root), []);
      const text = readFileSync(fileIn(root), 'utf8');
      const from = 'From anne@example.net Tue Nov 14 22:13:20 2023\n';
      const messages = text.split(from);
      assert.equal(messages.shift(), '');
      assert.deepEqual(messages.sort(), quoted);
    },
  };
}
