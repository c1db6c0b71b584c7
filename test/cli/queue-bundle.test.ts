import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isBundle } from '../../src/model/ids.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { giveTogether } from '../engine/together.ts';
import { makeSite } from '../site.ts';
import { say } from './said.ts';

test('letters in a bundle are shown one by one, and dealt with one by one', async () => {
  await using site = await makeSite();
  const { spool, texts, ids } = await giveTogether(join(site.root, 'spool'));
  const [first = '', second = '', third = ''] = ids;
  assert.deepEqual(
    [...waitingIn(spool, 'incoming')].map(({ id }) => isBundle(id)),
    [true],
  );
  const counts = JSON.parse((await say(site, 'queue', 'ls', '--json')).out);
  assert.equal(counts[0].queue, 'incoming');
  assert.equal(counts[0].waiting, 3);
  const rows = JSON.parse((await say(site, 'queue', 'ls', 'incoming', '--json')).out);
  assert.deepEqual(
    rows.map(({ id, subject }: Record<string, unknown>) => [id, subject]),
    [
      [first, 'one'],
      [second, undefined],
      [third, 'three'],
    ],
  );
  for (const [n, id] of ids.entries()) {
    const raw = await say(site, 'queue', 'show', id, '--raw');
    assert.equal(raw.out, texts[n]);
  }
  const shown = await say(site, 'queue', 'show', third);
  assert.match(shown.out, /recipient +cats@example\.com[\s\S]*Subject: three/);
  assert.equal((await say(site, 'queue', 'show', first.slice(0, 19), '--raw')).code, 64);

  const gone = await say(site, 'queue', 'delete', second, '--yes');
  assert.match(gone.out, new RegExp(`${second} is deleted`));
  const left = () => [...waitingIn(spool, 'incoming')].map(({ id }) => String(id));
  assert.deepEqual(left(), [first, third], 'the others wait as entries of their own');
  assert.equal((await say(site, 'spool', 'check', '--deep')).code, 0);
});
