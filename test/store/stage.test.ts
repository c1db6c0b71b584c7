import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exit, UsageError } from '../../src/ground/errors.ts';
import { addressKey } from '../../src/mail/address.ts';
import type { ListId } from '../../src/model/ids.ts';
import { adHoc, q } from '../../src/store/sql.ts';
import type { StagedMember } from '../../src/store/store.ts';
import { address } from '../literals.ts';
import { addressesOf, listWith, type OpenedStore, opened, staged } from './opened.ts';

const limit = { share: 0.2, count: 10 };

async function stageOf(at: OpenedStore, list: ListId, members: readonly StagedMember[]) {
  const stage = await at.store.stage(list, 'test');
  stage.add(members);
  return stage;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `m${n}@x.org`);

describe('an import', () => {
  test('adds in the order of the lines, each address and role once', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['old@x.org']);
    using stage = await at.store.stage(cats, 'test');
    const twice = stage.add(staged(['z@x.org', 'OLD@x.org', 'a@x.org', 'Z@X.ORG']));
    assert.deepEqual(
      twice.map(({ line }) => line),
      [4],
    );
    assert.deepEqual(await stage.import(false), { added: 2, changed: 0 });
    assert.deepEqual(await addressesOf(at.store, cats), ['old@x.org', 'z@x.org', 'a@x.org']);
  });

  test('and a removal stand in the consent records, with the file', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['old@x.org']);
    using stage = await at.store.stage(cats, 'cli:bob', 'members.csv');
    stage.add(staged(['ann@x.org', 'old@x.org']));
    await stage.import(true);
    using leaving = await at.store.stage(cats, 'cli:bob', 'gone.csv');
    leaving.add(staged(['ann@x.org', 'stranger@x.org']));
    await leaving.remove();
    const consents = async (who: string) => {
      const found = (await at.store.people.personal(address(who)))['consents'];
      return (found as { event: string; way: string }[]).map(({ event, way }) => [event, way]);
    };
    assert.deepEqual(await consents('ann@x.org'), [
      ['joined', 'by cli:bob, from members.csv'],
      ['left', 'by cli:bob, from gone.csv'],
    ]);
    assert.deepEqual(await consents('old@x.org'), [['joined', 'by test']]);
    assert.deepEqual(await consents('stranger@x.org'), []);
  });

  test('is not seen before it is done, and keeps nobody waiting until then', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    using stage = await stageOf(at, cats, staged(numbered(3000)));
    await at.store.as('test').addMember(cats, 'member', address('between@x.org'));
    assert.deepEqual(await addressesOf(at.store, cats), ['between@x.org']);
    await stage.import(false);
    assert.equal((await at.store.countMembers(cats)).member, 3001);
  });

  test('leaves nothing when it is given up', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const stage = await stageOf(at, cats, staged(numbered(10)));
    stage.close();
    assert.deepEqual(await at.store.counts(), {
      domains: 1,
      lists: 1,
      members: 0,
      users: 0,
      addresses: 0,
      settled: 0,
      openMailings: 0,
    });
  });

  test('changes those who are there only when it may, and only what a line says', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const admin = at.store.as('test');
    await admin.addMember(cats, 'member', address('ann@x.org'), {
      name: 'Ann',
      mode: 'mime',
      attributes: { team: 'red', size: 'L' },
    });
    const line = {
      line: 1,
      address: address('ann@x.org'),
      role: 'member',
      wish: { name: 'Ann B.', attributes: { team: 'blue' } },
    } as const;
    using first = await stageOf(at, cats, [line]);
    assert.deepEqual(await first.import(false), { added: 0, changed: 0 });
    using second = await stageOf(at, cats, [line]);
    assert.deepEqual(await second.import(true), { added: 0, changed: 1 });
    using third = await stageOf(at, cats, [line]);
    assert.deepEqual(await third.import(true), { added: 0, changed: 0 });
    const ann = await at.store.member(cats, 'member', addressKey(address('ann@x.org')));
    assert.equal(ann?.name, 'Ann B.');
    assert.equal(ann?.mode, 'mime');
    assert.deepEqual(Reflect.get(ann ?? {}, 'attributes'), { team: 'blue', size: 'L' });
  });

  test('logs each member who came', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['old@x.org']);
    using stage = await stageOf(at, cats, staged(['new@x.org', 'old@x.org']));
    await stage.import(false);
    const db = await at.rows();
    const logged = db.all(
      adHoc(
        q
          .selectFrom('change_log')
          .select(['subject', 'list', 'cause', 'detail'])
          .where('kind', '=', 'member-added')
          .orderBy('seq', 'desc'),
      ),
      {},
    );
    assert.deepEqual(logged[0], {
      subject: 'new@x.org',
      list: 'cats.example.org',
      cause: 'test',
      detail: '{"role":"member"}',
    });
    assert.equal(logged.length, 2);
  });
});

describe('a sync', () => {
  test('shows its plan and changes nothing until told', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['stays@x.org', 'goes@x.org']);
    using stage = await stageOf(at, cats, staged(['stays@x.org', 'comes@x.org']));
    assert.deepEqual(stage.plan('member'), { present: 2, added: 1, changed: 0, removed: 1 });
    assert.deepEqual([...stage.added()], ['comes@x.org']);
    assert.deepEqual([...stage.removed('member')], ['goes@x.org']);
    assert.equal((await at.store.countMembers(cats)).member, 2);
    await stage.sync('member', limit);
    assert.deepEqual(await addressesOf(at.store, cats), ['stays@x.org', 'comes@x.org']);
  });

  test('touches one role only', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    await at.store.as('test').addMember(cats, 'owner', address('olga@x.org'));
    using stage = await stageOf(at, cats, staged(['ann@x.org', 'bob@x.org']));
    await stage.sync('member', limit);
    assert.deepEqual(await addressesOf(at.store, cats, 'owner'), ['olga@x.org']);
  });

  test('refuses to remove more than its share, changing nothing, unless told', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', numbered(100));
    using few = await stageOf(at, cats, staged(numbered(79)));
    await assert.rejects(
      () => few.sync('member', limit),
      (error) =>
        error instanceof UsageError &&
        error.exitCode === exit.failure &&
        /remove 21 of 100, more than 20 %/.test(error.message),
    );
    assert.equal((await at.store.countMembers(cats)).member, 100);
    await few.sync('member', undefined);
    assert.equal((await at.store.countMembers(cats)).member, 79);
    assert.equal((await at.store.counts()).addresses, 79);
  });

  test('may empty a small list', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', numbered(10));
    using stage = await stageOf(at, cats, []);
    assert.equal((await stage.sync('member', limit)).removed, 10);
    assert.deepEqual(await addressesOf(at.store, cats), []);
  });

  test('shows long plans page by page', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    using first = await stageOf(at, cats, staged(numbered(2500)));
    assert.equal([...first.added()].length, 2500);
    await first.import(false);
    using second = await stageOf(at, cats, []);
    assert.equal([...second.removed('member')].length, 2500);
  });
});

test('a removal by file removes those who stand in it, in their role', async () => {
  await using at = await opened();
  const cats = await listWith(at, 'cats', ['ann@x.org', 'bob@x.org']);
  using stage = await stageOf(at, cats, staged(['BOB@x.org', 'nobody@x.org']));
  assert.equal(await stage.remove(), 1);
  assert.deepEqual(await addressesOf(at.store, cats), ['ann@x.org']);
});
