import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exit } from '../../src/ground/errors.ts';
import { spoolPaths } from '../../src/spool/layout.ts';
import { makeSite, type TestSite } from '../site.ts';
import { call as callAnywhere } from './called.ts';

describe('rules, bans and trying a posting', () => {
  let site: TestSite;
  let file: string;
  const call = (words: string | readonly string[]) => callAnywhere(words, { site: site.root });

  before(async () => {
    site = await makeSite('[rules]\nactions = ["no-subject=reject"]\n');
    await call('domain add example.org');
    await call('list create cats@example.org');
    await call('member add cats ann@x.org bob@x.org');
    file = join(site.root, 'posting.eml');
    const lines = [
      'From: Ann <ann@x.org>',
      'To: cats@example.org',
      'Subject: food',
      '',
      'miaow',
      '',
    ];
    writeFileSync(file, lines.join('\r\n'));
  });

  after(() => site[Symbol.asyncDispose]());

  type Row = { readonly name: string; readonly meaning: string; readonly from: string };

  async function rulesOf(list = ''): Promise<readonly Row[]> {
    const { out } = await call(['rules', 'ls', ...(list === '' ? [] : [list]), '--json']);
    return JSON.parse(out);
  }

  const meaning = (rows: readonly Row[], name: string) => {
    const row = rows.find((one) => one.name === name);
    return row && `${row.meaning} ${row.from}`.trim();
  };

  test('the list has the rules of the site until it sets its own', async () => {
    assert.equal(meaning(await rulesOf(), 'no-subject'), 'reject site');
    const set = await call(
      'rules set cats no-subject=off banned=reject --order max-size,no-subject',
    );
    assert.equal(set.code, exit.ok, set.err);
    const rows = await rulesOf('cats');
    assert.equal(meaning(rows, 'no-subject'), 'off list');
    assert.equal(meaning(rows, 'banned'), 'reject list');
    assert.equal(meaning(rows, 'loop'), 'discard');
    await call('rules set cats no-subject=');
    assert.equal(meaning(await rulesOf('cats'), 'no-subject'), 'reject site');
    await call('rules set cats --reset');
    assert.equal(meaning(await rulesOf('cats'), 'banned'), 'discard');
  });

  test('what is no rule or no action is refused', async () => {
    assert.match(
      (await call('rules set cats nothing=hold')).err,
      /no rule "nothing"; there are loop/,
    );
    assert.match((await call('rules set cats loop=burn')).err, /is not RULE=accept\|hold/);
    assert.equal((await call('rules set cats')).code, exit.usage);
  });

  test('bans are added, shown and lifted', async () => {
    assert.match(
      (await call('ban add eve@x.org ^spam --reason noise')).out,
      /banned on all lists\./,
    );
    assert.match(
      (await call('ban add bob@x.org --list cats')).out,
      /banned on cats@example\.org\./,
    );
    const rows = JSON.parse((await call('ban ls --json')).out);
    assert.deepEqual(
      rows.map(({ entry, list }: { entry: string; list?: string }) => [entry, list ?? null]),
      [
        ['^spam', null],
        ['eve@x.org', null],
        ['bob@x.org', 'cats.example.org'],
      ],
    );
    assert.match((await call('ban ls')).out, /eve@x\.org +\(all\) .* noise/);
    assert.equal((await call('ban remove eve@x.org ^spam')).code, exit.ok);
    assert.equal((await call('ban rm bob@x.org --list cats')).code, exit.ok);
    assert.equal((await call('ban rm bob@x.org')).code, exit.noInput);
    assert.match((await call('ban add nobody')).err, /neither an address/);
  });

  type Tested = {
    readonly verdict: { readonly kind: string; readonly reasons: readonly { rule: string }[] };
    readonly answers: readonly { readonly rule: string; readonly hit?: object }[];
    readonly recipients: number;
    readonly message?: string;
  };

  async function tried(...more: string[]): Promise<Tested> {
    const { out, err } = await call(['test-post', 'cats', file, '--json', ...more]);
    assert.equal(err, '');
    return JSON.parse(out);
  }

  test('a posting is tried: what each rule says, what would go out, to how many', async () => {
    const { verdict, answers, recipients, message } = await tried();
    assert.equal(verdict.kind, 'accept');
    assert(answers.length > 20 && answers.every(({ hit }) => hit === undefined));
    assert.equal(recipients, 2);
    assert.match(message ?? '', /List-Id: <cats\.example\.org>[\s\S]*\r\nmiaow\r\n$/);
    const shown = await call(['test-post', 'cats', file]);
    assert.match(shown.out, /members-only +own +nothing[\s\S]*Verdict +accept[\s\S]*miaow/);
  });

  test('nothing is sent and nothing is kept', async () => {
    const tally = () => readdirSync(join(site.root, 'spool'), { recursive: true }).length;
    const before = tally();
    await call('list set cats duplicate-days=7');
    await tried();
    assert.deepEqual((await tried()).verdict.kind, 'accept', 'it was never seen');
    assert.equal(tally(), before);
    assert.deepEqual(readdirSync(spoolPaths(join(site.root, 'spool')).tmp('incoming')), []);
  });

  test('the envelope sender and the settings count', async () => {
    const bounced = await tried('--sender', '<>');
    assert.equal(bounced.verdict.kind, 'hold');
    assert.deepEqual(
      bounced.verdict.reasons.map(({ rule }) => rule),
      ['automatic'],
    );
    assert.equal(bounced.message, undefined);
    await call('list set cats emergency=yes');
    assert.deepEqual(
      (await tried()).verdict.reasons.map(({ rule }) => rule),
      ['emergency'],
    );
    await call('list set cats --reset emergency');
    await call('ban add ann@x.org --list cats');
    assert.equal((await tried()).verdict.kind, 'discard');
    await call('ban rm ann@x.org --list cats');
  });

  test('what is no message, and no file, is said', async () => {
    const empty = join(site.root, 'empty.eml');
    writeFileSync(empty, '');
    assert.equal((await call(['test-post', 'cats', empty])).code, exit.dataErr);
    assert.equal(
      (await call(['test-post', 'cats', join(site.root, 'none.eml')])).code,
      exit.noInput,
    );
  });

  test("the moderators' password is kept as a hash", async () => {
    const { out } = await call('list set cats moderator-password=secret');
    assert.match(out, /moderatorPassword = "scrypt:/);
    assert(!(await call('list history cats')).out.includes('secret'));
    const approved = join(site.root, 'approved.eml');
    const lines = ['From: eve@y.org', 'To: x@y.org', '', 'Approved: secret', '', 'miaow', ''];
    writeFileSync(approved, lines.join('\n'));
    const { out: json } = await call(['test-post', 'cats', approved, '--json']);
    const { verdict, message }: Tested = JSON.parse(json);
    assert.equal(verdict.kind, 'accept');
    assert(!message?.includes('secret'));
  });
});
