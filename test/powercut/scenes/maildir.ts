/** Two messages are taken from a Maildir. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type MaildirSite, takeMaildir } from '../../../src/engine/maildir.ts';
import { parseConfig } from '../../../src/ground/config.ts';
import { type Disk, namesIn, realDisk } from '../../../src/ground/disk.ts';
import { silentLog } from '../../../src/ground/log.ts';
import { Spool } from '../../../src/spool/spool.ts';
import type { Store } from '../../../src/store/store.ts';
import { leftovers, now, workOff } from '../office.ts';
import type { Scene } from '../plug.ts';

/** As much of a site as taking mail needs. */
export function siteOf(root: string, disk: Disk, store: Store): MaildirSite {
  const config = parseConfig('limits.freeBytes = 0', 'test');
  return { spool: new Spool(root, disk), config, log: silentLog, store: async () => store };
}

/** Delivers as an MTA does. */
export function deliver(root: string, name: string, recipient: string): void {
  const lines = ['Return-Path: <anne@example.net>', `X-Original-To: ${recipient}`, 'Subject: x'];
  fs.writeFileSync(join(root, 'mail', 'new', name), `${lines.join('\n')}\n\nHerring.\n`);
}

/** `inTime`: whether the folder is looked at again before the mail was worked off. */
export function maildirScene(name: string, inTime: boolean): Scene {
  const take = (root: string, disk: Disk, store: Store) => {
    return takeMaildir(siteOf(root, disk, store), join(root, 'mail'), () => now);
  };
  return {
    name,
    queues: ['incoming', 'command', 'bounce'],
    setUp(root) {
      fs.mkdirSync(join(root, 'mail', 'new'), { recursive: true });
      deliver(root, '1.a.host', 'cats@example.com');
      deliver(root, '2.b.host', 'cats-request@example.com');
    },
    act: async ({ root, disk, store }) => {
      await take(root, disk, store);
    },
    async check({ root, store: ledger }) {
      const taken: string[] = [];
      if (!inTime) taken.push(...(await workOff(root, ledger, {})));
      await take(root, realDisk, ledger);
      taken.push(...(await workOff(root, ledger, {})));
      assert.deepEqual(taken.map((text) => text.split(' ')[0]).sort(), ['command', 'incoming']);
      assert.deepEqual(namesIn(join(root, 'mail', 'new')), []);
      assert.deepEqual(leftovers(root), []);
    },
  };
}
