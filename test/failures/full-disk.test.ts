/** The disk is full: what was said yes to is there, the rest is refused or waits, and goes on. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '../../src/engine/desk.ts';
import { startLmtp } from '../../src/engine/lmtp.ts';
import { namesIn } from '../../src/ground/disk.ts';
import type { Change } from '../../src/model/change.ts';
import type { Work } from '../../src/model/entry.ts';
import { type EntryId, entryId } from '../../src/model/ids.ts';
import { finish, letter, type Outcome } from '../../src/model/outcome.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { openStore } from '../../src/store/store.ts';
import { until } from '../engine/entries.ts';
import { House } from '../engine/house.ts';
import { counted, countOf } from '../powercut/office.ts';
import { makeList, makeSite } from '../site.ts';
import { giveLmtp } from './lmtp-client.ts';
import { mountSmall, noSmallDisk } from './small-disk.ts';

const posting: Work = { kind: 'posting', approved: false };
const large = `Subject: large\r\n\r\n${'x'.repeat(70)}\r\n`.padEnd(60_000, 'herring\r\n');

test('at the door: a message that does not fit is "later", and nothing of it stays', {
  skip: noSmallDisk,
}, async () => {
  using disk = mountSmall(1024);
  await using made = await makeSite(`spool = "${disk.path}"\nlimits.freeBytes = 0\n`);
  await makeList(made, 'cats@example.com', 1);
  const site = made.open();
  const server = await startLmtp(site, 'unix:run/lmtp.sock', {
    now: Date.now,
    accepted: () => undefined,
  });
  const give = async () => {
    const [reply = ''] = await giveLmtp(
      join(site.paths.run, 'lmtp.sock'),
      ['cats@example.com'],
      large,
    );
    return reply;
  };
  let accepted = 0;
  let reply = await give();
  for (; reply.startsWith('250'); reply = await give()) accepted += 1;
  assert(accepted > 5, reply);
  assert.match(reply, /^451 .*ENOSPC/);
  assert.match(await give(), /^451/);
  const spool = new Spool(disk.path);
  const waiting = [...waitingIn(spool, 'incoming')];
  assert.equal(waiting.length, accepted);
  for (const place of waiting) {
    const read = readPlace(place);
    assert(read.kind === 'entry');
    const digest = createHash('sha256').update(readFileSync(read.message)).digest('hex');
    assert.equal(read.meta.message.digest, `sha256:${digest}`);
  }
  assert.deepEqual(namesIn(spool.paths.tmp('incoming')), []);
  disk.resize(4096);
  assert.match(await give(), /^250/);
  await server.close();
  await site.close();
});

test('in the house: a put that does not fit waits with its cause, and nobody is blamed', {
  skip: noSmallDisk,
}, async () => {
  using disk = mountSmall(1024);
  using house = new House(undefined, disk.path);
  for (let n = 0; n < 12; n += 1) await house.put(`e${n}`);
  const bytes = Buffer.from(large);
  await using running = await house.start(async ({ meta }) => ({
    puts: [letter('pipeline', meta, posting, { message: { kind: 'text', bytes } })],
    fate: finish,
  }));
  const handedOn = () => [...waitingIn(house.spool, 'pipeline')].length;
  // Each needs 60 KB: a dozen fits into a megabyte, but not beside what fills it up.
  const free = disk.fill(200);
  await until('it waits', () => running.worker.report.state === 'waiting');
  assert.match(running.worker.report.why ?? '', /ENOSPC/);
  free();
  disk.resize(4096);
  await until('all are done', () => house.left().length === 0);
  assert.equal(handedOn(), 12);
  assert.deepEqual(house.parked('shunt'), []);
  for (const place of waitingIn(house.spool, 'pipeline')) {
    assert.equal(readPlace(place).kind, 'entry');
  }
});

test('the store cannot grow: changes wait, and are applied once when it can', {
  skip: noSmallDisk,
}, async () => {
  using disk = mountSmall(2048);
  await using store = await openStore(join(disk.path, 'store.db'), {
    create: true,
    now: Date.now,
  });
  using house = new House();
  for (let n = 0; n < 8; n += 1) await house.put(`e${n}`);
  const free = disk.fill();
  const step = async ({ meta }: Entry): Promise<Outcome> => ({
    changes: [counted(meta.id, 1), bulky(meta.id)],
    fate: finish,
  });
  await using running = await house.start(step, { ledger: store });
  await until('it waits', () => running.worker.report.state === 'waiting');
  assert.match(running.worker.report.why ?? '', /the disk is full|cannot be read or written/);
  free();
  disk.resize(16_384);
  await until('all are done', () => house.left().length === 0);
  assert.deepEqual(house.parked('shunt'), []);
  for (let n = 0; n < 8; n += 1) assert.equal(await countOf(store, entryId(`e${n}`)), 1);
});

/** Refusals with long texts: more than the pages that the database has left. */
function bulky(mailing: EntryId): Change {
  const refusals = Array.from({ length: 200 }, (_, n) => ({
    address: `m${n}@example.net`,
    code: 550,
    text: 'no such user '.repeat(60),
  }));
  return { kind: 'refused', list: undefined, mailing, refusals };
}
