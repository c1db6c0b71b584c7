import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exit, UsageError } from '../../src/ground/errors.ts';
import { addressKey } from '../../src/mail/address.ts';
import { address } from '../literals.ts';
import { addressesOf, listWith, opened } from './opened.ts';

const key = (text: string) => addressKey(address(text));

function refused(code: number, text: RegExp) {
  return (error: unknown) =>
    error instanceof UsageError && error.exitCode === code && text.test(error.message);
}

describe('members', () => {
  test('are kept as written and found by the form in which spellings are equal', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['Ann.Smith@Example.ORG', 'jürgen@bücher.example']);
    const ann = await at.store.member(cats, 'member', key('ann.smith@example.org'));
    assert.equal(ann?.address, 'Ann.Smith@Example.ORG');
    assert.equal(ann?.key, 'ann.smith@example.org');
    const same = await at.store.member(cats, 'member', key('JÜRGEN@xn--bcher-kva.example'));
    assert.equal(same?.address, 'jürgen@bücher.example');
  });

  test('a second join says so and changes nothing', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const again = await at.store
      .as('test')
      .addMember(cats, 'member', address('ANN@x.org'), { name: 'Other' });
    assert.equal(again, false);
    assert.equal((await at.store.member(cats, 'member', key('ann@x.org')))?.name, '');
  });

  test('may have several roles, each for itself', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const admin = at.store.as('test');
    await admin.addMember(cats, 'owner', address('ann@x.org'));
    const roles = (await at.store.memberships(cats, key('ann@x.org'))).map(({ role }) => role);
    assert.deepEqual(roles, ['member', 'owner']);
    await admin.removeMember(cats, 'member', key('ann@x.org'));
    assert.equal((await at.store.memberships(cats, key('ann@x.org'))).length, 1);
    assert.deepEqual(await at.store.countMembers(cats), {
      member: 0,
      owner: 1,
      moderator: 0,
      nonmember: 0,
    });
  });

  test('start with what the list gives, and keep what they are told', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const admin = at.store.as('cli:bob');
    await admin.changeSettings(cats, [{ name: 'ownPosts', value: false }]);
    await admin.addMember(cats, 'member', address('ann@x.org'), { attributes: { team: 'red' } });
    at.time.now = 2_000_000;
    const changed = await admin.changeMember(cats, 'member', key('ann@x.org'), {
      status: 'by-owner',
      attributes: { team: '', size: 'L' },
    });
    assert.deepEqual(changed, {
      number: 1,
      list: cats,
      role: 'member',
      address: 'ann@x.org',
      key: 'ann@x.org',
      name: '',
      mode: 'regular',
      rhythm: 'list',
      status: 'by-owner',
      statusSince: 2_000_000,
      action: 'default',
      options: {},
      attributes: { size: 'L' },
      joined: 1_000_000,
      source: 'cli:bob',
    });
  });

  test('can change their address, but not to one that is there', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org', 'bob@x.org']);
    const admin = at.store.as('test');
    const move = (to: string) =>
      admin.changeMember(cats, 'member', key('ann@x.org'), { address: address(to) });
    await assert.rejects(move('bob@x.org'), refused(exit.cantCreate, /already/));
    assert.equal((await move('Ann@x.org')).address, 'Ann@x.org');
    const moved = await move('ann@new.org');
    assert.equal(moved.number, 1, 'it is the same membership');
    assert.equal(await at.store.member(cats, 'member', key('ann@x.org')), undefined);
  });

  test('that leave are forgotten, unless their address is used elsewhere', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org', 'bob@x.org']);
    await listWith(at, 'dogs', ['bob@x.org']);
    const admin = at.store.as('test');
    await admin.removeMember(cats, 'member', key('ann@x.org'));
    await admin.removeMember(cats, 'member', key('bob@x.org'));
    assert.equal((await at.store.counts()).addresses, 1);
    await assert.rejects(
      admin.removeMember(cats, 'member', key('ann@x.org')),
      refused(exit.noInput, /ann@x\.org is no member of cats\.example\.org/),
    );
  });

  test('never get a number that somebody had before', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const admin = at.store.as('test');
    await admin.removeMember(cats, 'member', key('ann@x.org'));
    await admin.addMember(cats, 'member', address('bob@x.org'));
    assert.equal(await at.store.lastMember(cats), 2);
  });

  test('are found by part of an address or a name, and by a pattern', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org', 'Joanna@y.org', 'b?1@x.org']);
    await at.store.as('test').addMember(cats, 'member', address('c@z.org'), { name: 'Ann Other' });
    const find = async (text: string) => {
      const found: string[] = [];
      for await (const member of at.store.members({ text })) found.push(member.address);
      return found;
    };
    assert.deepEqual(await find('ANN'), ['ann@x.org', 'Joanna@y.org', 'c@z.org']);
    assert.deepEqual(await find('ann*'), ['ann@x.org', 'c@z.org']);
    assert.deepEqual(await find('*@x.org'), ['ann@x.org', 'b?1@x.org']);
    assert.deepEqual(await find('b?'), ['b?1@x.org']);
    assert.deepEqual(await find('a?n'), [], 'a question mark is itself');
    assert.deepEqual(await find('[a-c]'), []);
  });

  test('are listed in the order in which they joined, many at once by address', async () => {
    await using at = await opened();
    const names = Array.from({ length: 2500 }, (_, n) => `m${(n * 7919) % 2500}@x.org`);
    const cats = await listWith(at, 'cats');
    const stage = await at.store.stage(cats, 'test');
    stage.add(
      names.map((text, n) => ({ line: n + 1, address: address(text), role: 'member', wish: {} })),
    );
    await stage.import(false);
    stage.close();
    await at.store.as('test').addMember(cats, 'owner', address('first@x.org'));
    assert.deepEqual(await addressesOf(at.store, cats), names.toSorted());
    const roles: string[] = [];
    for await (const member of at.store.members({ list: cats })) roles.push(member.role);
    assert.equal(roles.length, 2501);
    assert.equal(roles.at(-1), 'owner');
  });
});

describe('users', () => {
  test('have one preferred address among theirs, and nobody shares one', async () => {
    await using at = await opened();
    const admin = at.store.as('test');
    const ann = await admin.addUser(address('ann@x.org'), 'Ann');
    await admin.addUserAddress(ann.number, address('ann@work.org'));
    await assert.rejects(
      admin.addUser(address('ANN@work.org'), 'Other'),
      refused(exit.cantCreate, /belongs to user 1/),
    );
    await admin.changeUser(ann.number, {
      name: 'Ann S.',
      preferred: address('ann@work.org'),
      verified: address('ann@x.org'),
    });
    assert.deepEqual(await at.store.userOf(address('ann@x.org')), {
      number: 1,
      name: 'Ann S.',
      created: 1_000_000,
      addresses: [
        { address: 'ann@work.org', preferred: true, verified: null },
        { address: 'ann@x.org', preferred: false, verified: 1_000_000 },
      ],
    });
  });

  test('keep an address to be found by; the preferred one is handed on', async () => {
    await using at = await opened();
    const admin = at.store.as('test');
    const { number } = await admin.addUser(address('ann@x.org'), '');
    const remove = (text: string) => admin.removeUserAddress(number, address(text));
    await assert.rejects(remove('ann@x.org'), refused(exit.failure, /only address/));
    await assert.rejects(remove('who@x.org'), refused(exit.noInput, /no address of user 1/));
    await admin.addUserAddress(number, address('ann@work.org'));
    const left = await remove('ann@x.org');
    assert.deepEqual(
      left.addresses.map((own) => [own.address, own.preferred]),
      [['ann@work.org', true]],
    );
  });

  test('that go leave their memberships', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const admin = at.store.as('test');
    const { number } = await admin.addUser(address('ann@x.org'), '');
    await admin.addUserAddress(number, address('ann@work.org'));
    await admin.removeUser(number);
    assert.equal(await at.store.userAt(number), undefined);
    assert.deepEqual(await addressesOf(at.store, cats), ['ann@x.org']);
    assert.equal((await at.store.counts()).addresses, 1);
  });
});
