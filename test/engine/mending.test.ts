import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Hand } from '../../src/engine/hand.ts';
import { recoverOrphan, removeLeftover, setAside } from '../../src/engine/mending.ts';
import { holdLock } from '../../src/ground/lock.ts';
import { silentLog } from '../../src/ground/log.ts';
import { causeIdOf } from '../../src/model/ids.ts';
import { claimedIn, parkedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { makeSite } from '../site.ts';
import { claimOne, putEntry } from './entries.ts';

describe('recovering claims that nobody works on', () => {
  test('is left to a worker that has come back meanwhile', async () => {
    await using site = await makeSite();
    const opened = site.open();
    await putEntry(opened.spool.paths.root);
    await claimOne(opened.spool, 'incoming-1');
    const orphan = { queue: 'incoming', worker: 'incoming-1' } as const;
    const lock = await holdLock(opened.spool.paths.claimed('incoming', 'incoming-1'));
    assert.ok(lock !== 'held');
    assert.equal(await recoverOrphan(opened, silentLog, orphan, 1), 'running');
    assert.equal([...claimedIn(opened.spool, 'incoming')].length, 1);
    lock.release();
    assert.equal(await recoverOrphan(opened, silentLog, orphan, 1), 1);
    assert.equal([...waitingIn(opened.spool, 'incoming')].length, 1);
    await opened.close();
  });
});

describe('removing what was left in tmp', () => {
  test('looks again: what was touched meanwhile stays', async () => {
    await using site = await makeSite();
    const spool = new Spool(join(site.root, 'spool'));
    const draft = join(spool.paths.tmp('virgin'), 'i1');
    mkdirSync(draft);
    assert.equal(removeLeftover(spool, 'virgin', 'i1', Date.now() - 1000), false);
    assert.ok(existsSync(draft));
    assert.equal(removeLeftover(spool, 'virgin', 'i1', Date.now() + 1000), true);
    assert.equal(removeLeftover(spool, 'virgin', 'i1', Date.now() + 1000), false);
    assert.deepEqual(readdirSync(spool.paths.tmp('virgin')), []);
  });

  test('knows whose put it was by its name', () => {
    assert.equal(causeIdOf('i1-p-m-b17'), 'i1-p-m');
    assert.equal(causeIdOf('i1'), undefined);
  });
});

test('what is set aside and gone already is no error', async () => {
  await using site = await makeSite();
  const spool = new Spool(join(site.root, 'spool'));
  const path = join(spool.paths.new('incoming', 5), 'gone');
  assert.equal(await setAside(spool, path, 'incoming', 'stray', 1), undefined);
  assert.deepEqual([...parkedIn(spool, 'bad')], []);
});

describe('a hand', () => {
  test('leaves no folder behind', async () => {
    await using site = await makeSite();
    const opened = site.open();
    const id = await putEntry(opened.spool.paths.root);
    {
      await using hand = new Hand(opened);
      const [place] = waitingIn(opened.spool, 'incoming');
      assert.ok(place);
      const taken = await hand.take(place);
      assert.ok(taken.kind === 'taken');
      assert.equal((await hand.take(place)).kind, 'gone');
      await hand.putBack(place, taken.claim);
    }
    assert.deepEqual(readdirSync(opened.spool.paths.claimedRoot('incoming')), []);
    const [place] = waitingIn(opened.spool, 'incoming');
    assert.ok(place?.kind === 'waiting' && place.id === id && place.name.tries === 0);
    await opened.close();
  });

  test("of root in another user's spool is refused: its files would be closed to the suite", {
    skip: process.getuid?.() !== 0 && 'only root can try it',
  }, async () => {
    await using site = await makeSite();
    const opened = site.open();
    chownSync(opened.spool.paths.root, 12_345, 12_345);
    assert.throws(() => new Hand(opened), /sudo -u '#12345'/);
    await opened.close();
  });
});
