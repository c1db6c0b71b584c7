/** The power goes off while mail is taken from a Maildir: nothing is lost, nothing comes twice. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeMaildir } from '../../src/engine/maildir.ts';
import { namesIn, realDisk } from '../../src/ground/disk.ts';
import { now, openBench } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { deliver, maildirScene, siteOf } from './scenes/maildir.ts';

const { bench, store } = await openBench();

test('each message is taken once, also when it was worked off before we come back', async (t) => {
  for (const inTime of [true, false]) {
    const scene = maildirScene(inTime ? 'at once' : 'late', inTime);
    t.diagnostic(`${await pullEverywhere(bench, store, scene)} runs`);
  }
});

test('a file that the MTA still has under another name is not taken for one of ours', async () => {
  const root = join(bench.root, 'linked');
  for (const folder of ['mail/new', 'mail/tmp', 'incoming/tmp', 'incoming/new/5']) {
    fs.mkdirSync(join(root, folder), { recursive: true });
  }
  deliver(root, '1.a.host', 'cats@example.com');
  fs.linkSync(join(root, 'mail/new/1.a.host'), join(root, 'mail/tmp/1.a.host'));
  await takeMaildir(siteOf(root, realDisk, store), join(root, 'mail'), () => now);
  assert.equal(namesIn(join(root, 'incoming/new/5')).length, 1);
});
