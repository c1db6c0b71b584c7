import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { realDisk } from '../../src/ground/disk.ts';
import type { Work } from '../../src/model/entry.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { allPlaces, claimedIn, parkedIn, waitingIn } from '../../src/spool/places.ts';
import { ProgressLog } from '../../src/spool/progress.ts';
import { Spool } from '../../src/spool/spool.ts';
import { messageBy, putEntry, startWorker, stopWorker, until } from '../engine/entries.ts';
import { makeList, makeSite } from '../site.ts';
import { say } from './said.ts';

function batch(count: number): Work {
  return {
    kind: 'batch',
    mailing: entryId('iaaa-m'),
    mode: 'shared',
    returnPath: null,
    recipients: recipientsOf(Array.from({ length: count }, (_, n) => [`r${n}@example.net`])),
    reported: 0,
  };
}

describe('queue ls', () => {
  test('counts what waits, is due, is in work and is parked, queue by queue', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const spool = new Spool(root);
    await putEntry(root);
    await putEntry(root, { now: Date.now() + 3_600_000 });
    await putEntry(root, { queue: 'archive', work: { kind: 'archive' } });
    await spool.ensureWorker('incoming', 'incoming-1');
    const [first] = waitingIn(spool, 'incoming');
    assert.ok(first?.kind === 'waiting');
    assert.ok(spool.claim('incoming', 'incoming-1', first.name));
    const { out, code } = await say(site, 'queue', 'ls', '--json');
    assert.equal(code, 0);
    const rows: Record<string, unknown>[] = JSON.parse(out);
    const row = rows.find(({ queue }) => queue === 'incoming');
    assert.equal(row?.['waiting'], 1);
    assert.equal(row?.['due'], 0);
    assert.equal(row?.['claimed'], 1);
    assert.equal(rows.find(({ queue }) => queue === 'archive')?.['due'], 1);
    const table = await say(site, 'queue', 'ls');
    assert.match(table.out, /^QUEUE +WAITING +DUE +IN WORK/);
  });

  test('an entry has its list, sender and subject, and nothing in it steers a terminal', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const message = messageBy('a@b.example', '=?utf-8?q?K=C3=A4se_=1B[31m_und?= so');
    const id = await putEntry(root, { message, sender: null });
    const { out } = await say(site, 'queue', 'ls', 'incoming');
    assert.match(out, new RegExp(`${id} .*<> .*Käse`));
    assert.ok(!out.includes('\x1b'));
  });

  test('the id of a posting finds all that came of it', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    await makeList(site, 'cats@example.com', 3);
    const id = await putEntry(root);
    const workers = ['incoming', 'pipeline'].map((runner) => startWorker(site, runner));
    const spool = new Spool(root);
    await until('a batch waits', () => [...waitingIn(spool, 'outgoing')].length === 1);
    await Promise.all(workers.map(stopWorker));
    const { out } = await say(site, 'queue', 'ls', id, '--json');
    const rows: { id: string; queue: string }[] = JSON.parse(out);
    assert.deepEqual(rows.map((row) => [row.queue, row.id]).sort(), [
      ['archive', `${id}-p-a`],
      ['outgoing', `${id}-p-o`],
    ]);
    const shown = await say(site, 'queue', 'show', `${id}-p-o`);
    assert.match(shown.out, /^hop +incoming until/m);
    assert.match(shown.out, /List-Id:/);
  });
});

describe('queue show', () => {
  test('--raw gives the message byte for byte', async () => {
    await using site = await makeSite();
    const message = `${messageBy('a@b.example')}\x00\xff bytes`;
    const id = await putEntry(join(site.root, 'spool'), { message });
    const { out } = await say(site, 'queue', 'show', id.slice(0, 12), '--raw');
    assert.equal(out, Buffer.from(message).toString());
  });

  test('an entry that is not there is code 66', async () => {
    await using site = await makeSite();
    const { code, err } = await say(site, 'queue', 'show', 'inone');
    assert.equal(code, 66);
    assert.match(err, /no entry inone/);
  });

  test('says how far a batch is', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const id = await putEntry(root, { queue: 'outgoing', work: batch(10) });
    const [place] = waitingIn(new Spool(root), 'outgoing');
    const log = new ProgressLog(realDisk, place?.folder ?? '', 1);
    log.delivered(0, 5);
    log.refused(6, { code: 550, enhanced: '5.1.1', text: 'who?' });
    log.close();
    const { out } = await say(site, 'queue', 'show', id);
    assert.match(out, /progress +3 open, 6 delivered, 1 refused, 0 failed/);
  });
});

describe('queue requeue', () => {
  test('an entry that waits for its next try is due at once with --now, and begins anew', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const later = Date.now() + 3_600_000;
    const id = await putEntry(root, { queue: 'outgoing', work: batch(2), now: later });
    const { code, out } = await say(site, 'queue', 'requeue', id, '--now');
    assert.equal(code, 0);
    assert.match(out, /is in outgoing again/);
    const [place] = waitingIn(new Spool(root), 'outgoing');
    assert.ok(place?.kind === 'waiting');
    assert.ok(place.name.due < later);
    assert.equal(place.name.tries, 0);
    assert.deepEqual(readdirSync(join(root, 'outgoing', 'claimed')), []);
  });

  test('an entry in work is said to be in work and left alone', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const spool = new Spool(root);
    const id = await putEntry(root);
    await spool.ensureWorker('incoming', 'incoming-1');
    const [place] = waitingIn(spool, 'incoming');
    assert.ok(place?.kind === 'waiting');
    const claim = spool.claim('incoming', 'incoming-1', place.name);
    for (const order of [
      ['requeue', id],
      ['delete', id, '--yes'],
    ]) {
      const { code, err } = await say(site, 'queue', ...order);
      assert.equal(code, 1);
      assert.match(err, /in work \(incoming-1\): left alone/);
    }
    assert.ok(existsSync(claim?.folder ?? ''));
  });

  test('to the pipeline, a message becomes a posting with its number', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const list = await makeList(site, 'cats@example.com', 1);
    const id = await putEntry(root, { message: messageBy('stranger@else.example') });
    const { code } = await say(site, 'queue', 'requeue', id, '--to', 'pipeline');
    assert.equal(code, 0);
    const [place] = waitingIn(new Spool(root), 'pipeline');
    assert.equal(place?.id, `${id}-hand`);
    const opened = site.open();
    assert.equal(await (await opened.store()).postingNumber(list, id), 1);
    await opened.close();
  });

  test('a batch stays in its queue: its progress would be lost, and its mail sent twice', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    await makeList(site, 'cats@example.com', 1);
    const id = await putEntry(root, { queue: 'outgoing', work: batch(2) });
    const { code, err } = await say(site, 'queue', 'requeue', id, '--to', 'incoming');
    assert.equal(code, 1);
    assert.match(err, /is a batch/);
    assert.equal([...waitingIn(new Spool(root), 'outgoing')].length, 1);
    assert.equal((await say(site, 'queue', 'requeue', id, '--to', 'outgoing')).code, 64);
  });
});

describe('queue delete', () => {
  test('asks, and where nobody can be asked wants --yes', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const id = await putEntry(root);
    const refused = await say(site, 'queue', 'delete', id);
    assert.equal(refused.code, 64);
    assert.match(refused.err, /--yes/);
    assert.equal([...allPlaces(new Spool(root))].length, 1);
    assert.equal((await say(site, 'queue', 'delete', id, '--yes')).code, 0);
    assert.equal([...allPlaces(new Spool(root))].length, 0);
    assert.deepEqual(readdirSync(join(root, 'incoming', 'tmp')), []);
    const log = readFileSync(join(site.root, 'var', 'log', 'listmill.log'), 'utf8');
    assert.match(log, new RegExp(`"event":"deleted","entry":"${id}"`));
  });

  test('a deleted batch ends the tally of its mailing', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    const opened = site.open();
    const store = await opened.store();
    const mailing = entryId('iaaa-m');
    const cut = {
      kind: 'cut',
      list: undefined,
      mailing,
      batches: 1,
      recipients: 5,
      last: true,
    } as const;
    await store.apply([{ cause: 'iaaa-m.0', changes: [cut], fate: '{}' }], 1);
    assert.equal((await store.counts()).openMailings, 1);
    const id = await putEntry(root, { queue: 'outgoing', work: batch(5) });
    assert.equal((await say(site, 'queue', 'delete', id, '--yes')).code, 0);
    assert.equal((await store.counts()).openMailings, 0);
    await opened.close();
  });

  test('beside two workers at full speed, each entry is deleted or worked, never both', async () => {
    await using site = await makeSite();
    const root = join(site.root, 'spool');
    await makeList(site, 'cats@example.com', 1);
    const ids: string[] = [];
    for (let n = 0; n < 150; n += 1) ids.push(await putEntry(root));
    const workers = [1, 2].map((slot) => startWorker(site, 'incoming', slot));
    const spool = new Spool(root);
    await until('work has begun', () => [...waitingIn(spool, 'pipeline')].length > 0);
    const said = await Promise.all(
      [ids.slice(75).reverse(), ids.slice(75)].map((some) =>
        Promise.all(some.map((id) => say(site, 'queue', 'delete', id, '--yes'))),
      ),
    );
    await until(
      'all is worked off',
      () => [...waitingIn(spool, 'incoming'), ...claimedIn(spool, 'incoming')].length === 0,
    );
    await Promise.all(workers.map(stopWorker));
    const deleted = said.flat().filter(({ code }) => code === 0).length;
    const worked = [...waitingIn(spool, 'pipeline')].length;
    assert.equal(deleted + worked, 150);
    assert.deepEqual([...parkedIn(spool, 'shunt')], []);
  });
});

test('a broken entry is not touched by hand', async () => {
  await using site = await makeSite();
  const root = join(site.root, 'spool');
  const id = await putEntry(root);
  const [place] = waitingIn(new Spool(root), 'incoming');
  writeFileSync(join(place?.folder ?? '', 'entry.json'), '{');
  const { code, err } = await say(site, 'queue', 'requeue', id);
  assert.equal(code, 1);
  assert.match(err, /not JSON.*spool check --repair/);
  assert.match((await say(site, 'queue', 'show', id)).out, /no entry +entry.json is not JSON/);
});
