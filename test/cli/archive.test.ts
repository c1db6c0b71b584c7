import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { plainFile, volumesOf } from '../../src/archive/places.ts';
import { openArchive } from '../../src/engine/archive.ts';
import type { ListId } from '../../src/model/ids.ts';
import { mail } from '../archive/archived.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

type House = { readonly made: TestSite; readonly list: ListId; readonly folder: string };

const received = Date.UTC(2026, 10, 24);

async function withArchive(
  messages: readonly (string | Buffer)[],
  work: (house: House) => Promise<void>,
): Promise<void> {
  await using made = await makeSite();
  const list = await makeList(made, 'cats@example.com', 1);
  const site = made.open();
  const archive = await openArchive(site, 'runner');
  for (const [n, message] of messages.entries()) {
    const bytes = Buffer.from(message);
    await archive.keep({ list, entry: `e${n}`, received, sender: null, message: bytes });
  }
  await archive.close();
  await site.close();
  await work({ made, list, folder: site.paths.archive });
}

const question = mail({ 'Message-ID': '<q@x.example>', Subject: 'Which food?' }, 'Herring?\r\n');
const answer = mail(
  { 'Message-ID': '<a@x.example>', 'In-Reply-To': '<q@x.example>', Subject: 'Re: Which food?' },
  'From now on: the rodeo\x1b[31m.\n',
);

describe('listmill archive', () => {
  test('finds, shows and threads what was posted', async () => {
    await withArchive([question, answer], async ({ made }) => {
      const found = await say(made, 'archive', 'search', 'rodeo');
      assert.match(found.out, /cats\.example\.com\n {2}Anne: Re: Which food\?\n {2}From now on: /);
      const [hit] = JSON.parse((await say(made, 'archive', 'search', 'RODEO', '--json')).out);
      assert.equal(hit.messageId, '<a@x.example>');
      const whole = await say(made, 'archive', 'search', 'subject:food date:2026..');
      assert.equal(whole.out.match(/Which food\?/g)?.length, 2, 'quoted as one for the shell');
      const shown = await say(made, 'archive', 'show', hit.hash);
      assert.match(shown.out, /subject +Re: Which food\?/);
      assert(!shown.out.includes('\x1b'), 'what mail brings does not steer a terminal');
      const raw = await say(made, 'archive', 'show', 'q@x.example', '--raw');
      assert.equal(raw.out, question);
      const tree = await say(made, 'archive', 'thread', '<q@x.example>');
      assert.match(tree.out, / Anne: Which food\?\n.* {3}Anne: Re: Which food\?\n$/);
    });
  });

  test('says what it was asked in vain', async () => {
    await withArchive([question], async ({ made }) => {
      assert.equal((await say(made, 'archive', 'search', 'dogs')).out, 'Nothing.\n');
      const missing = await say(made, 'archive', 'show', 'nobody@x.example');
      assert.equal(missing.code, 66);
      const odd = await say(made, 'archive', 'search', 'date:never');
      assert.equal(odd.code, 64);
      assert.match(odd.err, /date:never/);
    });
  });

  test('exports all, a month or a thread as mboxrd', async () => {
    await withArchive([question, answer, mail({ Subject: 'Other' })], async ({ made }) => {
      const all = await say(made, 'archive', 'export', 'cats');
      assert.equal(all.out.match(/^From MAILER-DAEMON Tue Nov 24/gm)?.length, 3);
      assert.match(all.out, /^>From now on/m);
      assert.equal((await say(made, 'archive', 'export', 'cats', '--month', '2026-10')).out, '');
      const thread = await say(made, 'archive', 'export', 'cats', '--thread', 'a@x.example');
      assert.equal(thread.out.match(/^From /gm)?.length, 2);
      const to = join(made.root, 'cats.mbox');
      await say(made, 'archive', 'export', 'cats', '--to', to);
      assert.equal(readFileSync(to, 'utf8'), all.out);
    });
  });

  test('checks every byte, and makes the index anew', async () => {
    await withArchive([question, answer], async ({ made, list, folder }) => {
      const sound = await say(made, 'archive', 'check');
      assert.equal(sound.code, 0, sound.out + sound.err);
      const rebuilt = await say(made, 'archive', 'rebuild');
      assert.match(rebuilt.out, /^2 postings are in /);
      const [volume = assert.fail()] = volumesOf(folder, list);
      const { writeFileSync } = await import('node:fs');
      const file = plainFile(folder, volume);
      writeFileSync(file, readFileSync(file, 'latin1').replace('Herring', 'Hering '), 'latin1');
      const damaged = await say(made, 'archive', 'check', 'cats');
      assert.equal(damaged.code, 1);
      assert.match(damaged.out, /e0 is damaged/);
    });
  });
});

describe('listmill archive site', () => {
  test('makes pages of a public archive, and of a private one only when told', async () => {
    await withArchive([question, answer], async ({ made }) => {
      const refused = await say(made, 'archive', 'site', 'cats', 'pages');
      assert.equal(refused.code, 77);
      assert.match(refused.err, /private/);
      const told = await say(made, 'archive', 'site', 'cats', 'pages', '--private');
      assert.match(told.out, /^2 messages, \d+ files written to /);
      const again = await say(made, 'archive', 'site', 'cats', 'pages', '--private');
      assert.match(again.out, /^0 messages, 0 files/);
      const other = await say(made, 'archive', 'site', 'cats', 'config', '--private');
      assert.equal(other.code, 73, 'a folder with other things in it is left alone');
    });
  });

  test('makes none of a list that keeps nothing, not even when told', async () => {
    await withArchive([question], async ({ made }) => {
      const set = await say(made, 'list', 'set', 'cats', 'archivePolicy=never');
      assert.equal(set.code, 0, set.err);
      const refused = await say(made, 'archive', 'site', 'cats', 'pages', '--private');
      assert.equal(refused.code, 77);
      assert.match(refused.err, /archivePolicy never/);
      assert(!existsSync(join(made.root, 'pages')));
    });
  });
});
