import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { findList } from '../../src/cli/arguments.ts';
import { importBox } from '../../src/engine/archive-import.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

const from = 'From anne@example.net Tue Feb  3 10:11:12 2004\n';
const one = 'From: anne@example.net\nMessage-ID: <1@x>\nSubject: one\n\nHi\n\n>From here\n';
const two =
  'From: bob@example.net\nMessage-ID: <2@x>\nSubject: two\n\nFrom nobody quoted this\n\nFrom Bob with love\n';
/** Of Mailman 2: the address taken apart, and a line in the text that looks like a From_ line. */
const pipermail = 'From carl at example.org  Wed Feb  4 00:00:00 2004\n';
const three = `From: carl at example.org (Carl)\nMessage-ID: <3@x>\nSubject: three\n\n\n${from}is no message\n`;

const box = `${from}${one.replace('>From', '>>From')}\n${from}${two.replace('From nobody', '>From nobody')}\n${pipermail}${three}`;

async function withList(work: (made: TestSite) => Promise<void>): Promise<void> {
  await using made = await makeSite();
  await makeList(made, 'cats@example.com', 1);
  await work(made);
}

async function counts(made: TestSite, ...paths: readonly string[]) {
  const { out, err } = await say(made, 'archive', 'import', 'cats', ...paths, '--json');
  return { ...JSON.parse(out), err } as Record<string, number | string>;
}

async function raw(made: TestSite, id: string): Promise<string> {
  return (await say(made, 'archive', 'show', id, '--raw')).out;
}

describe('listmill archive import', () => {
  test('an mbox, plain or gzipped: bytes, dates and what only looks like a From_ line', async () => {
    await withList(async (made) => {
      const [plain, gzipped] = [join(made.root, 'a.mbox'), join(made.root, 'a.mbox.gz')];
      writeFileSync(plain, box);
      writeFileSync(gzipped, gzipSync(box));
      const { taken, known, broken } = await counts(made, plain, gzipped);
      assert.deepEqual([taken, known, broken], [3, 3, 0]);
      assert.equal(await raw(made, '1@x'), one);
      assert.equal(await raw(made, '2@x'), two);
      assert.equal(await raw(made, '3@x'), three);
      const carl = JSON.parse((await say(made, 'archive', 'show', '3@x', '--json')).out).author;
      assert.deepEqual(carl, { name: 'Carl', address: 'carl@example.org' });
      const found = await say(made, 'archive', 'search', 'date:2004-02', '--json');
      assert.deepEqual(
        JSON.parse(found.out).map(({ at }: { at: string }) => at),
        ['2004-02-04T00:00:00.000Z', '2004-02-03T10:11:12.000Z', '2004-02-03T10:11:12.000Z'],
      );
    });
  });

  test('an mbox whose From_ lines have lost their empty line, or have more behind the date', async () => {
    await withList(async (made) => {
      const uucp = `${from.trimEnd()} remote from attic\n`;
      const inside = two.replace('nobody quoted', `nobody quoted\n${from.replace('@', ' ')}x: `);
      writeFileSync(join(made.root, 'a.mbox'), `${uucp}${one}${from}${inside}${from}${three}`);
      const { taken } = await counts(made, join(made.root, 'a.mbox'));
      assert.equal(taken, 3);
      assert.equal(await raw(made, '2@x'), inside);
      const shown = JSON.parse((await say(made, 'archive', 'show', '1@x', '--json')).out);
      assert.equal(shown.at, '2004-02-03T10:11:12.000Z');
    });
  });

  test('what it exports comes back the same', async () => {
    await withList(async (made) => {
      const [first, second] = [join(made.root, 'a.mbox'), join(made.root, 'b.mbox')];
      writeFileSync(first, box);
      await counts(made, first);
      await say(made, 'archive', 'export', 'cats', '--to', second);
      assert.equal((await counts(made, second))['known'], 3);
      await withList(async (other) => {
        assert.equal((await counts(other, second))['taken'], 3);
        assert.equal(await raw(other, '2@x'), two);
      });
    });
  });

  test('a Maildir by the time in its names, and a folder of messages', async () => {
    await withList(async (made) => {
      const maildir = join(made.root, 'Maildir');
      for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, name), { recursive: true });
      writeFileSync(join(maildir, 'cur', '1100000000.1.host:2,S'), one);
      writeFileSync(join(maildir, 'new', '1100000001.2.host'), two);
      writeFileSync(join(maildir, 'tmp', '1100000002.3.host'), three);
      const folder = join(made.root, 'folder');
      mkdirSync(folder);
      writeFileSync(join(folder, 'three.eml'), three.replaceAll('\n', '\r\n'));
      assert.equal((await counts(made, maildir))['taken'], 2);
      assert.equal((await counts(made, folder))['taken'], 1);
      assert.equal(await raw(made, '3@x'), three.replaceAll('\n', '\r\n'));
      const { out } = await say(made, 'archive', 'show', '1@x', '--json');
      assert.equal(JSON.parse(out).at, '2004-11-09T11:33:20.000Z');
    });
  });

  test('what is no message is put aside and told; who wants no archive is not taken', async () => {
    await withList(async (made) => {
      const folder = join(made.root, 'folder');
      mkdirSync(folder);
      writeFileSync(join(folder, 'a'), '');
      writeFileSync(join(folder, 'b'), 'no header at all');
      writeFileSync(join(folder, 'c'), `X-No-Archive: yes\n${one}`);
      writeFileSync(join(folder, 'd'), two);
      const report = await counts(made, folder);
      assert.deepEqual([report['taken'], report['declined'], report['broken']], [1, 1, 2]);
      const [, aside = ''] =
        /b: it has no header field; it is in (.*)/.exec(String(report['err'])) ?? [];
      assert.equal(readFileSync(aside, 'utf8'), 'no header at all');
    });
  });

  test('what was cut in the middle goes on where it was, when it is begun again', async () => {
    await withList(async (made) => {
      const path = join(made.root, 'a.mbox');
      // Three of these are taken together.
      const many = 4;
      const body = `${'x'.repeat(990)}\n`.repeat(6000);
      const text = (n: number) => `${from}Message-ID: <${n}@many>\nSubject: ${n}\n\n${body}\n`;
      writeFileSync(path, Array.from({ length: many }, (_, n) => text(n)).join(''));
      const site = made.open();
      const list = await findList(await site.store(), 'cats');
      const progress = (_: number, messages: number) => {
        if (messages === many) throw new Error('cut');
      };
      const order = { list, path, now: 0, progress, broken: () => assert.fail() };
      await assert.rejects(importBox(site, order), /cut/);
      await site.close();
      const { taken, known } = await counts(made, path);
      assert.deepEqual([taken, known], [1, 3]);
      assert.equal((await say(made, 'archive', 'check')).code, 0);
    });
  });

  test('says what is not there', async () => {
    await withList(async (made) => {
      const { code, err } = await say(made, 'archive', 'import', 'cats', 'nowhere.mbox');
      assert.equal(code, 66);
      assert.match(err, /cannot read .*nowhere\.mbox/);
    });
  });
});
