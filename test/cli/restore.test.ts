import assert from 'node:assert/strict';
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { holdLock } from '../../src/ground/lock.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { claimOne, putEntry } from '../engine/entries.ts';
import { makeList, makeSite } from '../site.ts';
import { say } from './said.ts';

describe('restore', () => {
  test('puts a copy in place, and completes what the lost books had committed', async () => {
    await using site = await makeSite();
    const list = await makeList(site, 'cats@example.com', 2);
    await say(site, 'cron', 'store');
    const folder = join(site.root, 'var', 'backup');
    const copy = join(folder, readdirSync(folder)[0] ?? '');
    const opened = site.open();
    const store = await opened.store();
    await store.as('test').removeList(list, true);
    // A worker died between the commit of a step and the removal of its claim.
    const spool = new Spool(join(site.root, 'spool'));
    const id = await putEntry(spool.paths.root);
    await claimOne(spool, 'incoming-1');
    const record = JSON.stringify({ round: 0, fate: { kind: 'finish' }, puts: [] });
    await store.apply([{ cause: `${id}.0`, changes: [], fate: record }], Date.now());
    await opened.close();
    const { code, out, err } = await say(site, 'restore', copy, '--yes');
    assert.equal(code, 0, err);
    assert.match(out, /1 entries in work were recovered/);
    assert.equal([...waitingIn(spool, 'incoming')].length, 0, 'the step is not run again');
    const again = site.open();
    assert.equal((await (await again.store()).counts()).members, 2);
    await again.close();
    const kept = readdirSync(join(site.root, 'var')).filter((name) => name.includes('.replaced-'));
    assert.equal(kept.length, 1);
  });

  test('what only a lost database knew is shunted; what knows its own progress goes on', async () => {
    await using site = await makeSite();
    const spool = new Spool(join(site.root, 'spool'));
    await say(site, 'cron', 'store');
    const folder = join(site.root, 'var', 'backup');
    const copy = join(folder, readdirSync(folder)[0] ?? '');
    const id = await putEntry(spool.paths.root);
    await claimOne(spool, 'incoming-1');
    const batch = await putEntry(spool.paths.root, {
      queue: 'outgoing',
      work: {
        kind: 'batch',
        mailing: entryId('im'),
        mode: 'shared',
        returnPath: null,
        recipients: recipientsOf([['a@b.example']]),
        reported: 0,
      },
    });
    await spool.ensureWorker('outgoing', 'outgoing-1');
    const [place] = waitingIn(spool, 'outgoing');
    assert.ok(place?.kind === 'waiting' && spool.claim('outgoing', 'outgoing-1', place.name));
    const database = join(site.root, 'var', 'listmill.db');
    renameSync(database, `${database}.lost`);
    const { code, err } = await say(site, 'restore', copy, '--yes');
    assert.equal(code, 0, err);
    assert.match(err, new RegExp(`1 entries are in shunt[^]*${id}`));
    assert.deepEqual(
      [...parkedIn(spool, 'shunt')].map((one) => one.id),
      [id],
    );
    assert.deepEqual(
      [...waitingIn(spool, 'outgoing')].map((one) => one.id),
      [batch],
    );
  });

  test('is refused while the suite runs', async () => {
    await using site = await makeSite();
    await say(site, 'cron', 'store');
    const folder = join(site.root, 'var', 'backup');
    const lock = await holdLock(join(site.root, 'var'));
    assert.ok(lock !== 'held');
    const copy = join(folder, readdirSync(folder)[0] ?? '');
    const { code, err } = await say(site, 'restore', copy, '--yes');
    assert.equal(code, 69);
    assert.match(err, /listmill stop/);
    lock.release();
  });
});
