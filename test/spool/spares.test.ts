import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import { entryId } from '../../src/model/ids.ts';
import { messageFile } from '../../src/spool/layout.ts';
import { Litter } from '../../src/spool/litter.ts';
import { type Gone, type Own, Spares } from '../../src/spool/spares.ts';
import { Spool } from '../../src/spool/spool.ts';

const root = mkdtempSync(join(tmpdir(), 'listmill-spares-'));
after(() => rmSync(root, { recursive: true }));
const spool = new Spool(root);
spool.ensure();
const tmp = spool.paths.tmp('incoming');
const claims = spool.paths.claimedRoot('incoming');

function letGo(id: string, own: Own = 'none'): Gone {
  const folder = join(tmp, `${id}.gone`);
  mkdirSync(folder);
  for (const name of ['message.eml', 'entry.json', 'progress']) {
    writeFileSync(join(folder, name), id);
  }
  return { folder, claims, home: tmp, own };
}

test('folders that were let go are kept, empty, and the next drafts take them', async () => {
  const spares = new Spares(realDisk);
  await spares.keep([letGo('e1'), letGo('e2')]);
  assert.deepEqual(readdirSync(tmp).sort(), ['e1.spare', 'e2.spare']);
  const drafts = ['n1', 'n2', 'n3'].map((id) => spool.draftFolder('incoming', entryId(id)).path);
  assert.deepEqual(readdirSync(tmp).sort(), ['n1', 'n2', 'n3']);
  for (const folder of drafts) assert.deepEqual(readdirSync(folder), []);
  for (const folder of drafts) rmSync(folder, { recursive: true });
});

test('a spare folder that another took meanwhile, or that is not empty, does no harm', async () => {
  const spares = new Spares(realDisk);
  await spares.keep([letGo('e1'), letGo('e2')]);
  writeFileSync(join(tmp, 'e1.spare', 'progress'), 'd 0 49\n');
  const other = new Spares(realDisk);
  assert(other.take(join(tmp, 'n1')));
  assert(spares.take(join(tmp, 'n2')));
  assert.equal(other.take(join(tmp, 'n3')), undefined);
  for (const id of ['n1', 'n2']) assert.deepEqual(readdirSync(join(tmp, id)), []);
  for (const id of ['n1', 'n2']) rmSync(join(tmp, id), { recursive: true });
});

test('files that nobody else has a name for stay, empty, and are written again', async () => {
  const spares = new Spares(realDisk);
  await spares.keep([letGo('e1', 'all')]);
  const files = ['entry.json', 'message.eml', 'progress'];
  const inodes = () => files.map((name) => statSync(join(tmp, 'n1', name)).ino);
  const before = files.map((name) => statSync(join(tmp, 'e1.spare', name)).ino);
  for (const name of files) assert.equal(readFileSync(join(tmp, 'e1.spare', name), 'utf8'), '');
  const draft = new Spool(root).draftFolder('incoming', entryId('n1'));
  assert.deepEqual(draft, { path: join(tmp, 'n1'), isSpare: true, isFurnished: true });
  await spool.disk.write(join(draft.path, 'message.eml'), 'new');
  assert.deepEqual(inodes(), before);
  await assert.rejects(spool.disk.write(join(draft.path, 'message.eml'), 'over'), /not empty/);
  rmSync(draft.path, { recursive: true });
});

test('what a power cut brought back into a spare, or has another name, is not used', async () => {
  const spares = new Spares(realDisk);
  await spares.keep([letGo('e1', 'all'), letGo('e2', 'all'), letGo('e3', 'all')]);
  writeFileSync(join(tmp, 'e1.spare', 'progress'), 'd 0 49\n');
  linkSync(join(tmp, 'e2.spare', 'message.eml'), join(tmp, 'other'));
  const drafts = ['n1', 'n2', 'n3'].map((id) => new Spares(realDisk).take(join(tmp, id)));
  const found = drafts.map((draft) => {
    assert(draft);
    return [draft.isFurnished, ...readdirSync(draft.path).sort()].join(' ');
  });
  assert.deepEqual(found.sort(), ['false', 'false', 'true entry.json message.eml progress']);
  for (const name of ['n1', 'n2', 'n3', 'other']) rmSync(join(tmp, name), { recursive: true });
});

test('the answers of a batch are gone for good before its folder is a spare', async () => {
  const steps: string[] = [];
  const disk: Disk = {
    ...realDisk,
    open(path) {
      const file = realDisk.open(path);
      const sync = () => file.sync().then(() => void steps.push(`synced ${basename(path)}`));
      return { ...file, sync };
    },
    rename(from, to) {
      steps.push(`renamed ${basename(from)}`);
      realDisk.rename(from, to);
    },
  };
  const gone = letGo('e1', 'all');
  await new Spares(disk).keep([gone]);
  assert.deepEqual(steps, ['synced progress', `renamed ${basename(gone.folder)}`]);
  rmSync(join(tmp, 'e1.spare'), { recursive: true });
});

test('a message that will be a link finds no other, but files for what is noted beside it', async () => {
  for (const own of ['all', 'notes'] as const) {
    await new Spares(realDisk).keep([letGo('e1', own)]);
    const draft = new Spool(root).draftFolder('incoming', entryId('n1'), 'linked');
    assert.equal(draft.isFurnished, false);
    assert.deepEqual(readdirSync(draft.path).sort(), ['entry.json', 'progress']);
    for (const name of ['entry.json', 'progress']) {
      assert.equal(readFileSync(join(draft.path, name), 'utf8'), '');
    }
    rmSync(draft.path, { recursive: true });
  }
});

test('what is large is removed before there are many', () => {
  const litter = new Litter(realDisk, new Spares(realDisk));
  const large = Array.from({ length: 3 }, (_, n) => letGo(`e${n}`));
  for (const one of large) {
    truncateSync(join(one.folder, messageFile), 24 * 1024 * 1024);
    assert.equal(litter.sweepSome(false), false);
    litter.add(one);
  }
  litter.sweepSome(false);
  assert(large.every(({ folder }) => !existsSync(folder)));
});

test('only a few are kept: the rest is removed', async () => {
  const litter = new Litter(realDisk, new Spares(realDisk));
  for (let n = 0; n < 400; n += 1) litter.add(letGo(`e${n}`));
  for (let n = 0; n < 40; n += 1) {
    litter.sweepSome(false);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await litter.clear();
  const left = readdirSync(tmp);
  assert(left.length > 0 && left.length < 280, `${left.length} are left`);
  assert(left.every((name) => name.endsWith('.spare')));
});
