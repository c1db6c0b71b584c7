import assert from 'node:assert/strict';
import fs, { mkdirSync, mkdtempSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundleId, entryId, lettersIn } from '../../src/model/ids.ts';
import type { Priority } from '../../src/model/queues.ts';
import { waitingName } from '../../src/spool/layout.ts';
import { Listing } from '../../src/spool/listing.ts';

/** Long after the files of this test are made: they are older than the time they are due. */
const now = 4_000_000_000_000;
const bench = mkdtempSync(fs.existsSync('/dev/shm') ? '/dev/shm/listmill-' : '/tmp/listmill-');
after(() => rmSync(bench, { recursive: true, force: true }));

/** Counts how often folders are read while `run` runs. */
function readsIn(run: () => void): number {
  const { opendirSync } = fs;
  let reads = 0;
  fs.opendirSync = ((...args: Parameters<typeof opendirSync>) => {
    reads += 1;
    return opendirSync(...args);
  }) as typeof opendirSync;
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    fs.opendirSync = opendirSync;
    syncBuiltinESMExports();
  }
  return reads;
}

let queues = 0;
function makeQueue(options = {}) {
  queues += 1;
  const root = join(bench, String(queues));
  const folderOf = (priority: Priority) => join(root, String(priority));
  for (let priority = 0; priority < 10; priority += 1) {
    mkdirSync(folderOf(priority as Priority), { recursive: true });
  }
  const put = (id: string, due = now, priority: Priority = 5, tries = 0) => {
    const name = waitingName({ due, id: entryId(id), tries });
    mkdirSync(join(folderOf(priority), name));
    return name;
  };
  const leave = (name: string, priority: Priority = 5) => rmdirSync(join(folderOf(priority), name));
  return { listing: new Listing(folderOf, options), folderOf, put, leave };
}

const idsOf = (names: readonly { readonly id: string }[]) => names.map(({ id }) => id);

test('what is urgent is taken first, then what has waited longest', () => {
  const { listing, put } = makeQueue();
  put('late', now - 1);
  put('early', now - 1000);
  put('urgent', now, 0);
  put('future', now + 1000);
  assert.deepEqual(idsOf(listing.take(2, now)), ['urgent', 'early']);
  assert.deepEqual(idsOf(listing.take(5, now)), ['late']);
  assert.equal(listing.nextDue(now), now + 1000);
  assert.equal(listing.backlog(now), 0);
  assert.deepEqual(idsOf(listing.take(5, now + 1000)), ['future']);
});

test('a hundred thousand entries are read a handful of times, not once an entry', () => {
  const { listing, put, leave } = makeQueue();
  const count = 100_000;
  for (let n = 0; n < count; n += 1) put(`e${n}`, now - count + n);
  const order: string[] = [];
  const left = new Set<string>();
  const reads = readsIn(() => {
    for (let names = listing.take(32, now); names.length > 0; names = listing.take(32, now)) {
      for (const { id, due, tries } of names) {
        const name = waitingName({ due, id, tries });
        // A name that left is told of, and so is seen once more: a claim of it fails.
        if (!left.has(name)) order.push(id);
        else continue;
        left.add(name);
        leave(name);
        // As the system tells of each name that leaves.
        listing.note(5, name);
      }
    }
  });
  // Names that left are tried once more, and are gone then: a claim of one fails.
  assert.deepEqual(
    [...new Set(order)],
    Array.from({ length: count }, (_, n) => `e${n}`),
  );
  const shelves = 10;
  assert(reads <= shelves + 5 + count / 4096, `${reads} reads`);
});

test('one that comes while a hundred thousand wait for their time costs no reading', () => {
  const { listing, put } = makeQueue();
  for (let n = 0; n < 100_000; n += 1) put(`e${n}`, now + 60_000 + n);
  assert.deepEqual(listing.take(10, now), []);
  assert.equal(listing.backlog(now), 0);
  const reads = readsIn(() => {
    for (let n = 0; n < 100; n += 1) {
      listing.note(5, put(`fresh${n}`));
      assert.deepEqual(idsOf(listing.take(10, now)), [`fresh${n}`]);
    }
  });
  assert.equal(reads, 0);
  assert.equal(listing.nextDue(now), now + 60_000);
});

test('those whose time comes are taken from what is known', () => {
  const { listing, put } = makeQueue();
  for (let n = 0; n < 1000; n += 1) put(`e${n}`, now + n);
  assert.equal(listing.take(10, now).length, 1);
  const reads = readsIn(() => {
    for (let n = 1; n < 1000; n += 1) {
      assert.deepEqual(idsOf(listing.take(10, now + n)), [`e${n}`]);
    }
  });
  assert.equal(reads, 0);
});

test('a storm of notifications is one reading', () => {
  const { listing, put } = makeQueue();
  listing.take(1, now);
  for (let n = 0; n < 10_000; n += 1) listing.note(5, put(`e${n}`));
  let taken = 0;
  const reads = readsIn(() => {
    for (let names = listing.take(100, now); names.length > 0; names = listing.take(100, now)) {
      taken += names.length;
    }
  });
  // Those that were noted before it became a storm are seen twice at most.
  assert(taken >= 10_000 && taken <= 15_000, String(taken));
  assert.equal(reads, 1);
});

test('names that are none are passed over, however many there are', () => {
  const { listing, folderOf, put } = makeQueue();
  for (let n = 0; n < 100; n += 1) mkdirSync(join(folderOf(5), `nonsense ${n}`));
  put('e1');
  assert.deepEqual(idsOf(listing.take(10, now)), ['e1']);
  listing.note(5, 'nonsense');
  assert.deepEqual(listing.take(10, now), []);
});

test('when the clock goes back, what was due stays due, and what waits goes on waiting', () => {
  const { listing, folderOf, put } = makeQueue();
  const hour = 3_600_000;
  const written = (name: string, at: number) =>
    utimesSync(join(folderOf(5), name), at / 1000, at / 1000);
  listing.take(1, now);
  written(put('due', now), now + 5);
  written(put('retry', now + 60_000), now);
  const earlier = now - hour;
  assert.deepEqual(idsOf(listing.take(10, earlier)), ['due']);
  assert.equal(listing.nextDue(earlier), now + 60_000);
  // Also one that starts only then.
  const other = new Listing(folderOf);
  assert.deepEqual(idsOf(other.take(10, earlier)), ['due']);
  assert.deepEqual(idsOf(other.take(10, now + 60_000)), ['retry']);
});

test('a folder that is gone is trouble, not an empty queue', () => {
  const { listing, folderOf } = makeQueue();
  rmdirSync(folderOf(5));
  assert.throws(() => listing.take(1, now), /the spool folder .* is gone/);
});

test('letters count in the backlog, not bundles of them', () => {
  const { listing, put } = makeQueue();
  put(bundleId(7, '0'.repeat(16)), now - 3);
  put('i1', now - 2);
  put(bundleId(16, '1'.repeat(16)), now - 1);
  put(bundleId(2, '2'.repeat(16)), now + 1000);
  assert.deepEqual(
    listing.take(1, now).map(({ id }) => lettersIn(id)),
    [7],
  );
  assert.equal(listing.backlog(now), 17);
});

test('in a fair listing each mailing gets its turn, whatever the others have waiting', () => {
  const { listing, put } = makeQueue({ fair: true });
  for (let n = 0; n < 6; n += 1) put(`a-m-b${n}`, now - 1000 + n);
  for (let n = 0; n < 2; n += 1) put(`b-m-b${n}`, now - 100 + n);
  put('c-m-b0', now - 10);
  const taken = idsOf(listing.take(5, now)).join(' ');
  assert.equal(taken, 'a-m-b0 b-m-b0 c-m-b0 a-m-b1 b-m-b1');
  assert.equal(listing.backlog(now), 4);
  assert.deepEqual(idsOf(listing.take(9, now)), ['a-m-b2', 'a-m-b3', 'a-m-b4', 'a-m-b5']);
});

test('in a fair listing all mailings of one list share one turn, once that is known', () => {
  const { listing, put } = makeQueue({ fair: true });
  for (const mailing of ['a', 'b', 'c']) {
    for (let n = 0; n < 3; n += 1) put(`${mailing}-m-b${n}`, now - 100 + n);
  }
  const [first, second] = listing.take(2, now);
  for (const name of [first, second]) if (name) listing.learn(name, 'cats.example.org');
  const taken = idsOf(listing.take(9, now)).join(' ');
  assert.equal(taken, 'c-m-b0 a-m-b1 c-m-b1 b-m-b1 c-m-b2 a-m-b2 b-m-b2');
});

test('in a fair listing one that came unseen gets its turn before the others are through', () => {
  const { listing, put } = makeQueue({ fair: true });
  for (let n = 0; n < 6; n += 1) put(`a-m-b${n}`, now - 1000 + n);
  assert.deepEqual(idsOf(listing.take(2, now)), ['a-m-b0', 'a-m-b1']);
  put('b-m-b0');
  listing.touch();
  assert(idsOf(listing.take(3, now)).includes('b-m-b0'));
});

test('only what is more urgent than what is in hand, where that is asked for', () => {
  const { listing, put } = makeQueue();
  put('urgent', now, 1);
  put('same', now, 5);
  assert.deepEqual(idsOf(listing.take(9, now, 5)), ['urgent']);
  assert.deepEqual(idsOf(listing.take(9, now, 5)), []);
  assert.deepEqual(idsOf(listing.take(9, now)), ['same']);
});
