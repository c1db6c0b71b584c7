import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { realDisk } from '../../src/ground/disk.ts';
import { entryId } from '../../src/model/ids.ts';
import { Litter } from '../../src/spool/litter.ts';
import { Spares } from '../../src/spool/spares.ts';
import { Spool } from '../../src/spool/spool.ts';

const root = mkdtempSync(join(tmpdir(), 'listmill-spares-'));
after(() => rmSync(root, { recursive: true }));
const spool = new Spool(root);
spool.ensure();
const tmp = spool.paths.tmp('incoming');
const claims = spool.paths.claimedRoot('incoming');

function letGo(id: string): string {
  const folder = join(tmp, `${id}.gone`);
  mkdirSync(folder);
  for (const name of ['message.eml', 'entry.json', 'progress']) {
    writeFileSync(join(folder, name), id);
  }
  return folder;
}

test('folders that were let go are kept, empty, and the next drafts take them', async () => {
  const spares = new Spares(realDisk);
  await spares.keep([letGo('e1'), letGo('e2')], new Set([claims]));
  assert.deepEqual(readdirSync(tmp).sort(), ['e1.spare', 'e2.spare']);
  const drafts = ['n1', 'n2', 'n3'].map((id) => spool.draftFolder('incoming', entryId(id)));
  assert.deepEqual(readdirSync(tmp).sort(), ['n1', 'n2', 'n3']);
  for (const folder of drafts) assert.deepEqual(readdirSync(folder), []);
  for (const folder of drafts) rmSync(folder, { recursive: true });
});

test('a spare folder that another took meanwhile, or that is not empty, does no harm', async () => {
  const spares = new Spares(realDisk);
  await spares.keep([letGo('e1'), letGo('e2')], new Set([claims]));
  writeFileSync(join(tmp, 'e1.spare', 'progress'), 'd 0 49\n');
  const other = new Spares(realDisk);
  assert.equal(other.take(join(tmp, 'n1')), true);
  assert.equal(spares.take(join(tmp, 'n2')), true);
  assert.equal(other.take(join(tmp, 'n3')), false);
  for (const id of ['n1', 'n2']) assert.deepEqual(readdirSync(join(tmp, id)), []);
  for (const id of ['n1', 'n2']) rmSync(join(tmp, id), { recursive: true });
});

test('only a few are kept: the rest is removed', async () => {
  const litter = new Litter(realDisk, new Spares(realDisk));
  for (let n = 0; n < 200; n += 1) litter.add(letGo(`e${n}`), claims);
  for (let n = 0; n < 20; n += 1) {
    litter.sweepSome(false);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await litter.clear();
  const left = readdirSync(tmp);
  assert(left.length > 0 && left.length < 80, `${left.length} are left`);
  assert(left.every((name) => name.endsWith('.spare')));
});
