import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readPlace } from '../../src/spool/parked.ts';
import { allPlaces, parkedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { putEntry } from '../engine/entries.ts';
import { makeList, makeSite } from '../site.ts';
import { judge } from './judged.ts';
import { say } from './said.ts';

describe('shunt', () => {
  test('requeue runs the step again: what was shunted for want of a list goes on', async () => {
    await using site = await makeSite();
    const spool = await judge(site, {}, {});
    assert.match((await say(site, 'shunt', 'ls')).out, /no list has the address cats@example\.com/);
    await makeList(site, 'cats@example.com', 1);
    const { code, out } = await say(site, 'shunt', 'requeue', '--all');
    assert.equal(code, 0);
    assert.match(out, /is in incoming again\.\n.*is in incoming again\.\n/);
    const [place] = waitingIn(spool, 'incoming');
    assert.ok(place?.kind === 'waiting' && place.name.tries === 0);
    await judge(site);
    assert.equal([...parkedIn(spool, 'shunt')].length, 0);
    assert.equal([...waitingIn(spool, 'pipeline')].length, 2);
  });

  test('which entries are meant must be said', async () => {
    await using site = await makeSite();
    const spool = await judge(site, {});
    assert.equal((await say(site, 'shunt', 'requeue')).code, 64);
    const [place] = parkedIn(spool, 'shunt');
    assert.equal((await say(site, 'shunt', 'requeue', place?.id ?? '', '--all')).code, 64);
    assert.equal((await say(site, 'shunt', 'requeue', 'inone')).code, 66);
  });

  test('--list takes those of one list', async () => {
    await using site = await makeSite();
    const list = await makeList(site, 'cats@example.com', 1);
    const dogs = await makeList(site, 'dogs@example.com', 1);
    const spool = new Spool(join(site.root, 'spool'));
    // A pipeline entry is no batch: outgoing shunts it.
    for (const of of [list, list, dogs]) {
      const id = await putEntry(spool.paths.root, { list: of, recipient: 'x@example.com' });
      await spool.ensureWorker('incoming', 'incoming-1');
      const place = [...waitingIn(spool, 'incoming')].find((one) => one.id === id);
      const claim = place?.kind === 'waiting' && spool.claim('incoming', 'incoming-1', place.name);
      assert.ok(claim);
      await spool.prepareWhy(claim, { at: 1, queue: 'incoming', reasons: ['a fault of ours'] });
      await spool.park(claim, 'shunt');
    }
    const { code, out } = await say(site, 'shunt', 'delete', '--list', 'cats', '--yes');
    assert.equal(code, 0);
    assert.equal(out.split('\n').length - 1, 2);
    assert.equal([...parkedIn(spool, 'shunt')].length, 1);
  });

  test('a requeued step may be committed anew: its old record does not swallow it', async () => {
    await using site = await makeSite();
    const spool = await judge(site, {});
    const [place] = parkedIn(spool, 'shunt');
    await say(site, 'shunt', 'requeue', place?.id ?? '');
    const [again] = waitingIn(spool, 'incoming');
    const read = readPlace({ folder: again?.folder ?? '', id: again?.id ?? '' });
    assert.ok(read.kind === 'entry');
    assert.ok(read.meta.round > 0);
  });
});

describe('bad', () => {
  test('what is no message is shown, and deleted or tried again', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1);
    const spool = await judge(site, { message: '\r\nno header at all\r\n' });
    const { out } = await say(site, 'bad', 'ls', '--json');
    const [row]: { id: string; why: string[] }[] = JSON.parse(out);
    assert.match(row?.why.join() ?? '', /header/);
    assert.equal((await say(site, 'bad', 'requeue', row?.id ?? '')).code, 0);
    await judge(site);
    assert.equal([...parkedIn(spool, 'bad')].length, 1, 'and it is bad again');
    assert.match((await say(site, 'bad', 'show', row?.id ?? '', '--raw')).out, /no header at all/);
    assert.equal((await say(site, 'bad', 'delete', '--all', '--yes')).code, 0);
    assert.deepEqual([...allPlaces(spool)], []);
  });

  test('what is no entry cannot be requeued, and can be deleted', async () => {
    await using site = await makeSite();
    const spool = await judge(site, { message: '\r\nno header at all\r\n' });
    await makeList(site, 'cats@example.com', 1);
    const [shunted] = parkedIn(spool, 'shunt');
    await say(site, 'shunt', 'requeue', shunted?.id ?? '');
    await judge(site);
    const [place] = parkedIn(spool, 'bad');
    writeFileSync(join(place?.folder ?? '', 'entry.json'), '[]');
    assert.equal((await say(site, 'bad', 'requeue', '--all')).code, 1);
    assert.equal((await say(site, 'bad', 'delete', place?.id ?? '', '-y')).code, 0);
    assert.deepEqual([...allPlaces(spool)], []);
  });
});
