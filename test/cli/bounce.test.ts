import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { ListId } from '../../src/model/ids.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { dayMs, failureOf } from '../store/failing.ts';
import { say } from './said.ts';

const ann = 'ann@example.net';

type House = { readonly made: TestSite; readonly site: Site; readonly list: ListId };

async function withSite(
  members: readonly string[],
  settings: Readonly<Record<string, unknown>>,
  work: (house: House) => Promise<void>,
): Promise<void> {
  await using made = await makeSite();
  const list = await makeList(made, 'cats@example.com', members, settings);
  const site = made.open();
  try {
    await work({ made, site, list });
  } finally {
    await site.close();
  }
}

let steps = 0;
async function book({ site, list }: House, failures: readonly Failure[], at = Date.now()) {
  const store = await site.store();
  const slips = failures.map((failure) => {
    steps += 1;
    const changes = [{ kind: 'bounced', list, failures: [failure] } as const];
    return { cause: `entry${steps}.0`, changes, fate: '' };
  });
  await store.apply(slips, at);
}

describe('listmill bounce', () => {
  test('explains why somebody is disabled: every failure with its evidence', async () => {
    await withSite([ann], { bounceThreshold: 2 }, async (house) => {
      const now = Date.now();
      await book(house, [failureOf(ann, { mailing: 'mailone' })], now - dayMs);
      await book(house, [failureOf(ann, { mailing: 'mailtwo' })], now);
      const { out } = await say(house.made, 'bounce', 'explain', ann);
      assert.match(out, /delivery is stopped by bounces since/);
      assert.match(
        out,
        /disabled +dead +5\.1\.1 +report +recipient +mailtwo +entry\d+\.0 +550 5\.1\.1/,
      );
      assert.match(out, /counted +dead +5\.1\.1 +report +recipient +mailone/);
      const json = await say(house.made, 'bounce', 'explain', ann, '--json');
      const rows = JSON.parse(json.out);
      assert.deepEqual(
        rows.map((row: { effect: string; now: { status: string } }) => [
          row.effect,
          row.now.status,
        ]),
        [
          ['disabled', 'by-bounces'],
          ['counted', 'by-bounces'],
        ],
      );
    });
  });

  test('lists and shows scores, and resets one', async () => {
    await withSite([ann, 'bob@example.net'], { bounceThreshold: 1 }, async (house) => {
      await book(house, [failureOf(ann), failureOf('bob@example.net', { cause: 'full' })]);
      const rows = JSON.parse((await say(house.made, 'bounce', 'ls', '--json')).out);
      assert.deepEqual(
        rows.map((row: { address: string; score: number; status: string }) => [
          row.address,
          row.score,
          row.status,
        ]),
        [
          [ann, 1, 'by-bounces'],
          ['bob@example.net', 0.5, 'enabled'],
        ],
      );
      const done = await say(house.made, 'bounce', 'reset', ann);
      assert.equal(
        done.out,
        `${ann} on cats.example.com has no score any more and gets mail again.\n`,
      );
      assert.match(
        (await say(house.made, 'bounce', 'show', ann)).out,
        /cats\.example\.com +0 +enabled/,
      );
      const nobody = await say(house.made, 'bounce', 'reset', 'eve@example.net');
      assert.equal(nobody.code, 66);
    });
  });

  test('reports by list, by posting and by receiving domain', async () => {
    const people = ['a@one.example', 'b@one.example', 'c@two.example'];
    await withSite(people, {}, async (house) => {
      const accepted = {
        kind: 'accepted',
        list: house.list,
        posting: 'rootone' as never,
        messageId: '<1@x.example>',
        author: 'x@x.example',
        subject: 'Herring',
      } as const;
      await (await house.site.store()).apply([{ cause: 'p.0', changes: [accepted], fate: '' }], 1);
      await book(
        house,
        people.map((who) => failureOf(who, { mailing: 'rootone' })),
      );
      const byList = await say(house.made, 'bounce', 'report', 'list', 'cats', '--json');
      assert.equal(JSON.parse(byList.out)[0].failures, 3);
      for (const name of ['1', '<1@x.example>', 'rootone']) {
        const { out } = await say(house.made, 'bounce', 'report', 'post', 'cats', name, '--json');
        assert.deepEqual(
          JSON.parse(out).map((row: { address: string; subject: string }) => [
            row.address,
            row.subject,
          ]),
          people.map((who) => [who, 'Herring']),
        );
      }
      const byDomain = JSON.parse(
        (await say(house.made, 'bounce', 'report', 'domain', '--json')).out,
      );
      assert.deepEqual(
        byDomain.map((row: { domain: string; failures: number }) => [row.domain, row.failures]),
        [
          ['one.example', 2],
          ['two.example', 1],
        ],
      );
      assert.equal((await say(house.made, 'bounce', 'report', 'post', 'cats', '99')).code, 66);
    });
  });

  test('shows storms, and a person releases or drops them', async () => {
    const people = Array.from({ length: 20 }, (_, n) => `m${n}@big.example`);
    await withSite(people, {}, async (house) => {
      const blow = (mailing: string, cause: 'dead' | 'full') =>
        people.map((who) => failureOf(who, { mailing, peers: 20, audience: 20, cause }));
      await book(house, [...blow('mailone', 'dead'), ...blow('mailtwo', 'full')]);
      const storms = JSON.parse((await say(house.made, 'bounce', 'storms', '--json')).out);
      assert.deepEqual(
        storms.map((row: { seq: number; state: string; failures: number }) => [
          row.seq,
          row.state,
          row.failures,
        ]),
        [
          [2, 'open', 20],
          [1, 'open', 20],
        ],
      );
      const released = await say(house.made, 'bounce', 'release', '1');
      assert.equal(released.out, '20 failures of storm 1 count now.\n');
      const dropped = await say(house.made, 'bounce', 'drop', '2');
      assert.equal(dropped.out, '20 failures of storm 2 mean nothing.\n');
      assert.equal((await say(house.made, 'bounce', 'release', '2')).code, 1);
      assert.equal((await say(house.made, 'bounce', 'drop', '77')).code, 66);
      const rows = JSON.parse((await say(house.made, 'bounce', 'ls', '--json')).out);
      assert.deepEqual([rows.length, rows[0].score], [20, 1]);
    });
  });

  test('says so where nothing came back', async () => {
    await withSite([ann], {}, async ({ made }) => {
      assert.match((await say(made, 'bounce', 'ls')).err, /Nobody/);
      assert.match((await say(made, 'bounce', 'explain', ann)).out, /Nothing of ann@example.net/);
      assert.match((await say(made, 'bounce', 'storms')).err, /No storm/);
    });
  });
});
