import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readPlace } from '../../src/spool/parked.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { messageBy, until } from '../engine/entries.ts';
import { makeList, makeSite } from '../site.ts';
import { judge, stranger } from './judged.ts';
import { say } from './said.ts';

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
    await judge(site);
    const [place] = waitingIn(spool, 'pipeline');
    assert.equal(place?.id, `${id}-p`);
    const read = readPlace({ folder: place?.folder ?? '', id: place?.id ?? '' });
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
    await judge(site);
    assert.equal([...waitingIn(spool, 'pipeline')].length, 0);
    const [place] = waitingIn(spool, 'mailing');
    const read = readPlace({ folder: place?.folder ?? '', id: place?.id ?? '' });
    assert.ok(read.kind === 'entry' && read.meta.work.kind === 'mailing');
    assert.equal(read.meta.work.audience.kind, 'owners');
  });

  test('discard tells nobody, reject tells the author with the reason', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1, { heldNotices: false });
    const spool = await judge(site, stranger, stranger, {
      message: messageBy('stranger@else.example'),
      sender: null,
    });
    const { out } = await say(site, 'held', 'ls', '--json');
    const rows: { id: string; sender: string | null }[] = JSON.parse(out);
    const [first, second] = rows.filter(({ sender }) => sender !== null).map(({ id }) => id);
    const third = rows.find(({ sender }) => sender === null)?.id;
    assert.equal((await say(site, 'held', 'discard', first ?? '')).code, 0);
    await judge(site);
    assert.equal([...waitingIn(spool, 'virgin')].length, 0);
    await say(site, 'held', 'reject', second ?? '', third ?? '', '--reason', 'Dogs only.');
    await judge(site);
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
    await judge(site);
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
