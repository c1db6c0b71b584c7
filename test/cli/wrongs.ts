import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { realDisk } from '../../src/ground/disk.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { type Place, parkedIn, waitingIn } from '../../src/spool/places.ts';
import { ProgressLog } from '../../src/spool/progress.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { putEntry } from '../engine/entries.ts';

/** Puts an entry into incoming; where it is. */
export async function waiting(spool: Spool): Promise<Place & { kind: 'waiting' }> {
  await putEntry(spool.paths.root);
  const place = [...waitingIn(spool, 'incoming')].at(-1);
  assert.ok(place?.kind === 'waiting');
  return place;
}

/** Each puts something wrong into a spool; then what it is called, and whether it can be mended. */
export const wrongs: readonly {
  readonly name: string;
  readonly kind: string;
  readonly options?: readonly string[];
  readonly mends?: boolean;
  readonly make: (spool: Spool) => Promise<void>;
  /** What must be true when it was mended. */
  /** How much later it is found. */
  readonly laterMs?: number;
  readonly after: (spool: Spool) => void;
}[] = [
  {
    name: 'a missing folder is made',
    kind: 'missing-folder',
    make: async ({ paths }) => rmdirSync(paths.new('mailing', 3)),
    after: ({ paths }) => assert.ok(existsSync(paths.new('mailing', 3))),
  },
  {
    name: 'a damaged entry.json is parked as bad',
    kind: 'broken',
    make: async (spool) => writeFileSync(join((await waiting(spool)).folder, 'entry.json'), '{"a'),
    after: (spool) => assert.equal([...parkedIn(spool, 'bad')].length, 1),
  },
  {
    name: 'a message that was cut off is parked as bad',
    kind: 'broken',
    make: async (spool) => writeFileSync(join((await waiting(spool)).folder, 'message.eml'), 'x'),
    after: (spool) => assert.equal([...parkedIn(spool, 'bad')].length, 1),
  },
  {
    name: 'an entry with the metadata of another is parked as bad',
    kind: 'broken',
    make: async (spool) => {
      const { folder, name } = await waiting(spool);
      renameSync(folder, folder.replace(name.id, 'ielse'));
    },
    after: (spool) => assert.equal([...parkedIn(spool, 'bad')][0]?.id, 'ielse'),
  },
  {
    name: 'a broken entry in shunt is moved to bad',
    kind: 'broken',
    make: async (spool) => {
      const { folder, id } = await waiting(spool);
      const place = join(spool.paths.parking('shunt', 'incoming'), id);
      renameSync(folder, place);
      unlinkSync(join(place, 'message.eml'));
      writeFileSync(
        join(place, 'why.json'),
        JSON.stringify({ at: 1, queue: 'incoming', reasons: ['x'] }),
      );
    },
    after: (spool) => assert.equal([...parkedIn(spool, 'bad')].length, 1),
  },
  {
    name: 'a message whose bytes changed is found by --deep',
    kind: 'broken',
    options: ['--deep'],
    make: async (spool) => {
      const file = join((await waiting(spool)).folder, 'message.eml');
      const { size } = statSync(file);
      writeFileSync(file, 'x'.repeat(size));
    },
    after: (spool) => assert.equal([...parkedIn(spool, 'bad')].length, 1),
  },
  {
    name: 'an entry in the folder of another priority is moved to its own',
    kind: 'misplaced',
    make: async (spool) => {
      const { folder } = await waiting(spool);
      renameSync(folder, folder.replace('/new/5/', '/new/9/'));
    },
    after: (spool) => {
      assert.equal(readdirSync(spool.paths.new('incoming', 5)).length, 1);
      assert.equal(readdirSync(spool.paths.new('incoming', 9)).length, 0);
    },
  },
  {
    name: 'an old draft is removed',
    kind: 'leftover',
    make: async ({ paths }) => {
      const draft = join(paths.tmp('virgin'), 'iold');
      mkdirSync(draft);
      utimesSync(draft, 1000, 1000);
    },
    after: ({ paths }) => assert.deepEqual(readdirSync(paths.tmp('virgin')), []),
  },
  {
    name: 'a removal that was cut off is finished',
    kind: 'leftover',
    make: async ({ paths }) => {
      const gone = join(paths.tmp('virgin'), 'iold.gone');
      mkdirSync(gone);
      writeFileSync(join(gone, 'message.eml'), 'x');
    },
    laterMs: 3_600_000,
    after: ({ paths }) => assert.deepEqual(readdirSync(paths.tmp('virgin')), []),
  },
  {
    name: 'claims of a worker that does not run are recovered',
    kind: 'orphan',
    make: async (spool) => {
      const { name } = await waiting(spool);
      await spool.ensureWorker('incoming', 'incoming-1');
      spool.claim('incoming', 'incoming-1', name);
    },
    after: (spool) => assert.equal([...waitingIn(spool, 'incoming')].length, 1),
  },
  {
    name: 'a file among the entries is set aside, whole',
    kind: 'stray',
    make: async ({ paths }) => writeFileSync(join(paths.new('incoming', 5), 'letter.txt'), 'hello'),
    after: (spool) => {
      const [place] = [...parkedIn(spool, 'bad')];
      assert.deepEqual(readdirSync(place?.folder ?? '').sort(), ['stray', 'why.json']);
    },
  },
  {
    name: 'what lies beside the queues is only told: it may be a person’s',
    kind: 'stray',
    mends: false,
    make: async ({ paths }) => writeFileSync(join(paths.root, 'notes.txt'), 'hello'),
    after: ({ paths }) => assert.ok(existsSync(join(paths.root, 'notes.txt'))),
  },
  {
    name: 'a batch with nothing left is made due, to be finished',
    kind: 'done',
    make: async (spool) => {
      await putEntry(spool.paths.root, {
        queue: 'outgoing',
        now: Date.now() + 3_600_000,
        work: {
          kind: 'batch',
          mailing: entryId('im'),
          mode: 'shared',
          returnPath: null,
          recipients: recipientsOf([['a@b.example']]),
          reported: 0,
        },
      });
      const [place] = waitingIn(spool, 'outgoing');
      const log = new ProgressLog(realDisk, place?.folder ?? '', 1);
      log.delivered(0, 0);
      log.close();
    },
    // It stays a finding until the runner comes to it.
    after: (spool) => {
      const [place] = waitingIn(spool, 'outgoing');
      assert.ok(place?.kind === 'waiting' && place.name.due <= Date.now());
      unlinkSync(join(place.folder, 'progress'));
    },
  },
  {
    name: 'a parked entry without a reason is given one',
    kind: 'no-reason',
    make: async (spool) => {
      const { folder, id } = await waiting(spool);
      renameSync(folder, join(spool.paths.parking('held', 'incoming'), id));
    },
    after: (spool) => assert.equal([...parkedIn(spool, 'held')].length, 1),
  },
];
