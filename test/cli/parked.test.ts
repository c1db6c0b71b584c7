import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readPlace } from '../../src/spool/parked.ts';
import { allPlaces, parkedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import {
  messageBy,
  putEntry,
  startWorker,
  stopWorker,
  until,
  type Wanted,
} from '../engine/entries.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

/** A posting that is held; each with an id of its own, so that none is a duplicate. */
const stranger: Wanted = {
  get message() {
    return messageBy('stranger@else.example');
  },
  sender: 'stranger@else.example',
};

/** Lets a real incoming runner judge entries, until nothing waits any more. */
async function judge(site: TestSite, ...entries: readonly Wanted[]): Promise<Spool> {
  const spool = new Spool(join(site.root, 'spool'));
  for (const entry of entries) await putEntry(spool.paths.root, entry);
  const worker = startWorker(site, 'incoming');
  await until('all is judged', () => {
    const places = [...allPlaces(spool)].filter(({ queue }) => queue === 'incoming');
    return places.every(({ kind }) => kind === 'parked');
  });
  await stopWorker(worker);
  return spool;
}

describe('held', () => {
  test('ls says why, and of which list although the pipe could not know it', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1);
    await makeList(site, 'dogs@example.org', 1);
    await judge(site, stranger);
    const { out } = await say(site, 'held', 'ls');
    assert.match(out, /cats@example\.com +stranger@else\.example +food +\S+: .*member/);
    assert.match((await say(site, 'held', 'ls', '--list', 'cats')).out, /stranger/);
    assert.equal((await say(site, 'held', 'ls', '--list', 'dogs')).out, '');
  });

  test('accept numbers the posting and lets it go to the list, approved', async () => {
    await using site = await makeSite();
    const list = await makeList(site, 'cats@example.com', 1);
    const spool = await judge(site, stranger);
    const [held] = parkedIn(spool, 'held');
    const id = held?.id ?? '';
    const { code, out, err } = await say(site, 'held', 'accept', id);
    assert.equal(code, 0, err);
    assert.equal(out, `${id} is accepted.\n`);
    const [place] = waitingIn(spool, 'pipeline');
    assert.equal(place?.id, `${id}-p`);
    const read = readPlace({ folder: place?.folder ?? '' });
    assert.ok(read.kind === 'entry');
    assert.deepEqual(read.meta.work, { kind: 'posting', approved: true });
    assert.equal(read.meta.list, list);
    const opened = site.open();
    assert.equal(await (await opened.store()).postingNumber(list, id), 1);
    await opened.close();
    assert.equal((await say(site, 'held', 'accept', id)).code, 66, 'the first one has won');
    const log = readFileSync(join(site.root, 'var', 'log', 'listmill.log'), 'utf8');
    assert.match(log, /"event":"accepted"/);
  });

  test('mail to the owners goes to the owners', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1, { maxBytes: 10 });
    const spool = await judge(site, { ...stranger, recipient: 'cats-owner@example.com' });
    const { code, err } = await say(site, 'held', 'accept', '--all');
    assert.equal(code, 0, err);
    assert.equal([...waitingIn(spool, 'pipeline')].length, 0);
    const [place] = waitingIn(spool, 'mailing');
    const read = readPlace({ folder: place?.folder ?? '' });
    assert.ok(read.kind === 'entry' && read.meta.work.kind === 'mailing');
    assert.equal(read.meta.work.audience.kind, 'owners');
  });

  test('discard tells nobody, reject tells the author with the reason', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1);
    const spool = await judge(site, stranger, stranger, {
      message: messageBy('stranger@else.example'),
      sender: null,
    });
    const { out } = await say(site, 'held', 'ls', '--json');
    const rows: { id: string; sender: string | null }[] = JSON.parse(out);
    const [first, second] = rows.filter(({ sender }) => sender !== null).map(({ id }) => id);
    const third = rows.find(({ sender }) => sender === null)?.id;
    assert.equal((await say(site, 'held', 'discard', first ?? '')).code, 0);
    assert.equal([...waitingIn(spool, 'virgin')].length, 0);
    await say(site, 'held', 'reject', second ?? '', third ?? '', '--reason', 'Dogs only.');
    const notices = [...waitingIn(spool, 'virgin')];
    const ofStranger = notices.map(({ folder }) =>
      readFileSync(join(folder, 'message.eml'), 'utf8'),
    );
    // A null return path gets no answer.
    assert.equal(ofStranger.length, 1);
    assert.match(ofStranger[0] ?? '', /Dogs only\./);
    assert.deepEqual([...parkedIn(spool, 'held')], []);
  });

  test('two moderators at once: one wins, the other is told', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1);
    const spool = await judge(site, ...Array.from({ length: 20 }, () => stranger));
    const said = await Promise.all([
      say(site, 'held', 'accept', '--all'),
      say(site, 'held', 'discard', '--list', 'cats'),
    ]);
    const lines = said.flatMap(({ out }) => out.split('\n')).filter((line) => line !== '');
    assert.equal(lines.length, 20, said.map(({ err }) => err).join(''));
    const accepted = lines.filter((line) => line.endsWith('accepted.')).length;
    assert.equal([...waitingIn(spool, 'pipeline')].length, accepted);
    assert.deepEqual([...parkedIn(spool, 'held')], []);
  });
});

test('a moderator killed in the middle loses nothing and does nothing twice', async () => {
  await using site = await makeSite();
  const list = await makeList(site, 'cats@example.com', 1);
  const all = 120;
  const spool = await judge(site, ...Array.from({ length: all }, () => stranger));
  const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const accepted = () => [...waitingIn(spool, 'pipeline')].length;
  for (const more of [1, 33, 5]) {
    const args = [program, '--site', site.root, 'held', 'accept', '--all'];
    const before = accepted();
    const moderator = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = once(moderator, 'exit');
    await until(
      'some are accepted',
      () => accepted() >= before + more || moderator.exitCode !== null,
    );
    moderator.kill('SIGKILL');
    await ended;
    const { code, out, err } = await say(site, 'spool', 'check', '--repair');
    assert.equal(code, 0, out + err);
    await judge(site);
  }
  const held = [...parkedIn(spool, 'held')].map(({ id }) => id);
  const gone = [...waitingIn(spool, 'pipeline')].map(({ id }) => id.replace(/-p$/, ''));
  assert.equal(new Set([...held, ...gone]).size, all);
  assert.equal(held.length + gone.length, all);
  const opened = site.open();
  const store = await opened.store();
  const numbers = await Promise.all(gone.map((id) => store.postingNumber(list, id)));
  assert.deepEqual(
    numbers.sort((a = 0, b = 0) => a - b),
    gone.map((_, n) => n + 1),
  );
  await opened.close();
});

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
    const read = readPlace({ folder: again?.folder ?? '' });
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
