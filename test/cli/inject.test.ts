import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readPlace } from '../../src/spool/parked.ts';
import { allPlaces, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { messageBy } from '../engine/entries.ts';
import { makeList, makeSite } from '../site.ts';
import { sayWith } from './said.ts';

const message = messageBy('Anne <anne@example.net>');

describe('inject', () => {
  test('prints the id of an entry that is on disk, its bytes as they came', async () => {
    await using site = await makeSite();
    const list = await makeList(site, 'cats@example.com', 1);
    const { code, out } = await sayWith(site, message, 'inject', 'cats');
    assert.equal(code, 0);
    const [place] = waitingIn(new Spool(join(site.root, 'spool')), 'incoming');
    assert.equal(out, `${place?.id}\n`);
    const read = readPlace({ folder: place?.folder ?? '', id: place?.id ?? '' });
    assert.ok(read.kind === 'entry');
    assert.equal(read.meta.sender, 'anne@example.net');
    assert.equal(read.meta.recipient, 'cats@example.com');
    assert.equal(read.meta.list, list);
    assert.equal(readFileSync(read.message, 'utf8'), message);
  });

  test('takes a file, a sender, and other queues', async () => {
    await using site = await makeSite();
    const list = await makeList(site, 'cats@example.com', 1);
    writeFileSync(join(site.root, 'letter.eml'), message);
    for (const args of [
      ['letter.eml', '--sender', '<>'],
      ['letter.eml', '--sender', 'b@b.example', '--queue', 'bounce'],
      ['letter.eml', '--queue', 'pipeline'],
    ]) {
      const { code, err } = await sayWith(site, '', 'inject', 'cats@example.com', ...args);
      assert.equal(code, 0, err);
    }
    const spool = new Spool(join(site.root, 'spool'));
    const senders = [...allPlaces(spool)].map((place) => {
      const read = readPlace(place);
      return [place.queue, read.kind === 'entry' ? read.meta.sender : undefined];
    });
    assert.deepEqual(senders, [
      ['incoming', null],
      ['bounce', 'b@b.example'],
      ['pipeline', 'anne@example.net'],
    ]);
    const [posting] = waitingIn(spool, 'pipeline');
    const opened = site.open();
    assert.equal(await (await opened.store()).postingNumber(list, posting?.id ?? ''), 1);
    await opened.close();
  });

  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['an unknown list', ['cots'], 66, /no list cots/],
    ['an unknown queue', ['cats', '--queue', 'letters'], 64, /no queue letters/],
    ['a queue of the suite', ['cats', '--queue', 'outgoing'], 64, /only the suite writes/],
    ['a file that is not there', ['cats', 'nofile'], 66, /nofile/],
    ['a time that is over', ['cats', '--at', '2001-01-01T00:00Z'], 64, /is over/],
    ['a sender that is no address', ['cats', '--sender', 'x'], 64, /no mail address/],
    ['more bytes than may be', ['cats'], 65, /limits\.messageBytes/],
  ];
  for (const [what, args, code, wanted] of refusals) {
    test(`${what} is refused, and nothing is left behind`, async () => {
      await using site = await makeSite('[limits]\nmessageBytes = 2000\n');
      await makeList(site, 'cats@example.com', 1);
      const input = code === 65 ? 'x'.repeat(3000) : message;
      const said = await sayWith(site, input, 'inject', ...args);
      assert.equal(said.code, code);
      assert.match(said.err, wanted);
      const spool = new Spool(join(site.root, 'spool'));
      assert.deepEqual([...allPlaces(spool)], []);
      assert.deepEqual(readdirSync(spool.paths.tmp('incoming')), []);
    });
  }

  test('with a time it waits in its queue until then', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1);
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000);
    const said = await sayWith(site, message, 'inject', 'cats', '--at', at.toISOString());
    assert.equal(said.code, 0, said.err);
    const [place] = waitingIn(new Spool(join(site.root, 'spool')), 'incoming');
    assert(place?.kind === 'waiting' && place.name.due === at.getTime());
  });

  test('what is no message goes to incoming, which knows what to do, but to no list', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1);
    assert.equal((await sayWith(site, '', 'inject', 'cats')).code, 0);
    const refused = await sayWith(site, '', 'inject', 'cats', '--queue', 'pipeline');
    assert.equal(refused.code, 65);
    assert.match(refused.err, /no message/);
  });
});
