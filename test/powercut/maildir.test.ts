/** The power goes off while mail is taken from a Maildir: nothing is lost, nothing comes twice. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type MaildirSite, takeMaildir } from '../../src/engine/maildir.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { leftovers, makeBench, makeStore, now, workOff } from './office.ts';
import { pullEverywhere, type Scene } from './plug.ts';

const bench = makeBench();
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
  const admin = store.as('test');
  await admin.addDomain('example.com');
  await admin.createList({ name: 'cats', domain: 'example.com' });
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

function siteOf(root: string, disk: Disk): MaildirSite {
  const config = parseConfig('limits.freeBytes = 0', 'test');
  return { spool: new Spool(root, disk), config, log: silentLog, store: async () => store };
}

function deliver(root: string, name: string, recipient: string): void {
  const lines = ['Return-Path: <anne@example.net>', `X-Original-To: ${recipient}`, 'Subject: x'];
  fs.writeFileSync(join(root, 'mail', 'new', name), `${lines.join('\n')}\n\nHerring.\n`);
}

/** `inTime`: whether the folder is looked at again before the mail was worked off. */
function maildirScene(name: string, inTime: boolean): Scene {
  const take = (root: string, disk: Disk) => {
    return takeMaildir(siteOf(root, disk), join(root, 'mail'), () => now);
  };
  return {
    name,
    queues: ['incoming', 'command', 'bounce'],
    setUp(root) {
      fs.mkdirSync(join(root, 'mail', 'new'), { recursive: true });
      deliver(root, '1.a.host', 'cats@example.com');
      deliver(root, '2.b.host', 'cats-request@example.com');
    },
    act: async ({ root, disk }) => {
      await take(root, disk);
    },
    async check({ root, store: ledger }) {
      const taken: string[] = [];
      if (!inTime) taken.push(...(await workOff(root, ledger, {})));
      await take(root, realDisk);
      taken.push(...(await workOff(root, ledger, {})));
      assert.deepEqual(taken.map((text) => text.split(' ')[0]).sort(), ['command', 'incoming']);
      assert.deepEqual(namesIn(join(root, 'mail', 'new')), []);
      assert.deepEqual(leftovers(root), []);
    },
  };
}

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
  await takeMaildir(siteOf(root, realDisk), join(root, 'mail'), () => now);
  assert.equal(namesIn(join(root, 'incoming/new/5')).length, 1);
});
