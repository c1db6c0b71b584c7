import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openIndex } from '../../src/archive/index-file.ts';
import { catchUp } from '../../src/archive/indexer.ts';
import { packed } from '../../src/archive/packed.ts';
import { packedFile, plainFile, volumesOf } from '../../src/archive/places.ts';
import { statement } from '../../src/archive/statement.ts';
import { isWhole, rangeBytes, rangeChunks, records, volumeSize } from '../../src/archive/volume.ts';
import { cats, mail, makeArchive, start, type TestArchive } from './archived.ts';

const rows = statement<object, { entry: string; subject: string }>(
  'select entry, subject from posting order by id',
);

function kept({ folder }: TestArchive): Buffer[] {
  return volumesOf(folder, cats).flatMap((volume) =>
    [...records(folder, volume)].flatMap((found) => {
      if (found.kind !== 'record') return [];
      const { start: from, head } = found;
      return [rangeBytes(folder, { volume, start: from, end: from + head.size })];
    }),
  );
}

describe('keeping', () => {
  test('bytes come back as they came: line ends, NUL, nothing at all, our own marks', async () => {
    using archive = makeArchive();
    const odd = [
      Buffer.from('Subject: a\r\n\r\nb\r\n'),
      Buffer.from([0, 255, 10, 13, 0]),
      Buffer.alloc(0),
      Buffer.from('listmill-mail 1 {"size":3}\nabc\nend 00000000000000000000000000000000\n'),
      Buffer.alloc(400_000, 'x'),
    ];
    await archive.add(...odd);
    assert.deepEqual(kept(archive), odd);
    const [volume = assert.fail()] = volumesOf(archive.folder, cats);
    for (const found of records(archive.folder, volume)) {
      if (found.kind === 'record') assert(await isWhole(archive.folder, volume, found));
    }
  });

  test('an entry that comes again is known, before and after it is in the index', async () => {
    using archive = makeArchive();
    const one = { entry: 'same', message: mail({}) };
    assert.deepEqual(await archive.add(one, { ...one, entry: 'other' }), ['kept', 'kept']);
    assert.deepEqual(await archive.add(one), ['known']);
    assert.equal(kept(archive).length, 2);
  });

  test('a record that was cut off is cut away; what is no record is put aside', async () => {
    using archive = makeArchive();
    await archive.add(mail({ Subject: 'one' }));
    const [volume = assert.fail()] = volumesOf(archive.folder, cats);
    const file = plainFile(archive.folder, volume);
    for (const tail of ['listmill-mail 1 {"size":99,"entry":"x"', 'noise\n'.repeat(3000)]) {
      appendFileSync(file, tail);
      // Another process takes over.
      using next = again(archive);
      await next.add({ entry: `after ${tail.length}`, message: mail({ Subject: 'two' }) });
    }
    assert.deepEqual(
      kept(archive).map((bytes) => /Subject: (.*)/.exec(bytes.toString())?.[1]),
      ['one', 'two', 'two'],
    );
    const aside = readdirSync(join(archive.folder, cats)).find((name) => name.includes('broken'));
    assert.match(readFileSync(join(archive.folder, cats, aside ?? ''), 'utf8'), /^noise/);
  });

  test('a month is a volume', async () => {
    using archive = makeArchive();
    await archive.add(
      { received: Date.UTC(2026, 0, 31), message: mail({}) },
      { received: Date.UTC(2026, 1, 1), message: mail({}) },
    );
    assert.deepEqual(
      volumesOf(archive.folder, cats).map(({ name }) => name),
      ['2026-01', '2026-02'],
    );
  });
});

function again({ folder }: TestArchive): TestArchive {
  return makeArchive(folder);
}

describe('packed volumes', () => {
  test('give the same bytes at the same places, in a third of the room, to gzip as well', async () => {
    using archive = makeArchive();
    const messages = Array.from({ length: 300 }, (_, n) =>
      mail({ Subject: `number ${n}` }, `${`line ${n} of a text that says the same\n`.repeat(60)}`),
    );
    await archive.add(...messages);
    const { folder } = archive;
    const [volume = assert.fail()] = volumesOf(folder, cats);
    const size = volumeSize(folder, volume);
    const before = [...records(folder, volume)];
    const pieces: Buffer[] = [];
    for await (const piece of packed(rangeChunks(folder, { volume, start: 0, end: size }))) {
      pieces.push(piece);
    }
    writeFileSync(packedFile(folder, volume), Buffer.concat(pieces));
    const plain = readFileSync(plainFile(folder, volume));
    rmSync(plainFile(folder, volume));
    assert(Buffer.concat(pieces).length < size / 3);
    assert.equal(volumeSize(folder, volume), size);
    assert.deepEqual([...records(folder, volume)], before);
    const { gunzipSync } = await import('node:zlib');
    assert(gunzipSync(readFileSync(packedFile(folder, volume))).equals(plain));
    // What comes for that month later goes into a volume of its own.
    await archive.add(mail({}));
    assert.deepEqual(
      volumesOf(folder, cats).map(({ name }) => name),
      ['2026-11', '2026-11.2'],
    );
  });
});

describe('the index', () => {
  test('is the same when it is made anew from the volumes', async () => {
    using archive = makeArchive();
    const messages = Array.from({ length: 40 }, (_, n) =>
      mail({
        Subject: n % 3 === 0 ? `topic ${n}` : `Re: topic ${n - (n % 3)}`,
        'Message-ID': `<m${n}@x.example>`,
        ...(n % 3 === 2 ? { References: `<m${n - 2}@x.example> <m${n - 1}@x.example>` } : {}),
      }),
    );
    await archive.add(...messages);
    const shape = statement<object, object>(
      `select p.id, p.entry, p.hash, p.subject, p.start, t.posts, t.latest
       from posting p join thread t on t.seq = p.thread order by p.id`,
    );
    const before = archive.db.all(shape, {});
    using other = makeArchive(archive.folder, 'other.db');
    await catchUp({ folder: archive.folder, db: other.db });
    assert.deepEqual(other.db.all(shape, {}), before);
    assert.equal(before.length, 40);
  });

  test('a damaged one is put aside and made anew', async () => {
    using archive = makeArchive();
    await archive.add(mail({}));
    const path = join(archive.folder, 'broken.db');
    writeFileSync(path, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8192, 7)]));
    const db = openIndex(path);
    assert(db);
    await catchUp({ folder: archive.folder, db });
    assert.equal(db.all(rows, {}).length, 1);
    db.close();
    assert(readdirSync(archive.folder).includes('broken.db.damaged'));
  });

  test('the same second has many numbers; an odd Date is kept beside the time it came', async () => {
    using archive = makeArchive();
    const far = 'Mon, 01 Jan 2035 00:00:00 +0000';
    await archive.add(
      ...Array.from({ length: 1100 }, () => ({ received: start, message: 'Subject: x\n\ny\n' })),
      { received: start, message: `Subject: late\nDate: ${far}\n\ny\n` },
    );
    assert.equal(archive.db.all(rows, {}).length, 1101);
    const dates = statement<object, { dated: number; received: number; id: number }>(
      `select dated, received, id from posting where subject = 'late'`,
    );
    const [late] = archive.db.all(dates, {});
    assert.equal(late?.dated, Date.parse(far));
    assert.equal(late?.received, start);
    assert(Number(late?.id) < ((start + 10_000) / 1000) * 1024);
  });

  test('an index of another version is made anew', async () => {
    using archive = makeArchive();
    await archive.add(mail({}));
    archive.db.pragma('user_version = 999');
    using other = makeArchive(archive.folder);
    assert.deepEqual(other.db.all(rows, {}), []);
    await catchUp({ folder: archive.folder, db: other.db });
    assert.equal(other.db.all(rows, {}).length, 1);
  });
});
