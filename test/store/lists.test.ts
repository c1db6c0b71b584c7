import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exit, UsageError } from '../../src/ground/errors.ts';
import { type ListId, listId } from '../../src/model/ids.ts';
import { openStore } from '../../src/store/store.ts';
import { address } from '../literals.ts';
import { listWith, opened } from './opened.ts';

const at = (name: string) => ({ name, domain: 'example.org' });

function refused(code: number, text: RegExp) {
  return (error: unknown) =>
    error instanceof UsageError && error.exitCode === code && text.test(error.message);
}

describe('lists', () => {
  test('are found by id and by address, in lower case and as A-labels', async () => {
    await using site = await opened();
    const admin = site.store.as('test');
    await admin.addDomain('Bücher.example');
    const id = await admin.createList({ name: 'Kätzchen', domain: 'BÜCHER.example' });
    assert.equal(id, 'kätzchen.xn--bcher-kva.example');
    const view = await site.store.listAt('kätzchen', 'xn--bcher-kva.example');
    assert.equal(view?.address, 'kätzchen@xn--bcher-kva.example');
    assert.deepEqual(await site.store.list(id), view);
    assert.equal(await site.store.listAt('kätzchen', 'example.org'), undefined);
  });

  test('are seen anew by every process when one changes something', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const other = await openStore(site.path, { now: () => 1 });
    assert.equal((await other.list(cats))?.settings.maxBytes, 1_048_576);
    await site.store.as('test').changeSettings(cats, [{ name: 'maxBytes', value: 7 }]);
    assert.equal((await other.list(cats))?.settings.maxBytes, 7);
    await site.store.as('test').removeList(cats);
    assert.equal(await other.list(cats), undefined);
    other.close();
  });

  test('are read once while nobody changes them', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const view = await site.store.list(cats);
    await site.store.as('test').addMember(cats, 'member', address('ann@x.org'));
    assert.equal(await site.store.list(cats), view, 'the very same object');
  });

  test('have names that mail can have, in domains that are ours', async () => {
    await using site = await opened();
    const admin = site.store.as('test');
    for (const name of [
      '',
      'a b',
      'a+b',
      'a=b',
      '-a',
      'a..b',
      'a@b',
      'a/b',
      '.a',
      'x'.repeat(60),
    ]) {
      await assert.rejects(
        admin.createList(at(name)),
        refused(exit.usage, /cannot name a list/),
        name,
      );
    }
    await assert.rejects(
      admin.createList({ name: 'a', domain: 'other.org' }),
      refused(exit.noInput, /none of our domains/),
    );
    await listWith(site, 'cats-request');
    await assert.rejects(
      admin.createList(at('cats-request')),
      refused(exit.cantCreate, /there already/),
    );
  });

  test('never share an id, whichever way it is cut', async () => {
    await using site = await opened();
    const admin = site.store.as('test');
    await admin.addDomain('b.example.org');
    await admin.createList(at('a.b'));
    await assert.rejects(
      admin.createList({ name: 'a', domain: 'b.example.org' }),
      refused(exit.cantCreate, /taken by the list a\.b@example\.org/),
    );
    assert.equal(await site.store.listAt('a', 'b.example.org'), undefined);
  });

  test('still receive at their old address after a renaming, and back', async () => {
    await using site = await opened();
    const { store } = site;
    const cats = await listWith(site, 'cats', ['ann@x.org']);
    const admin = store.as('test');
    const dogs = await admin.renameList(cats, at('dogs'));
    assert.equal((await store.listAt('cats', 'example.org'))?.id, 'dogs.example.org');
    assert.equal((await store.list(cats))?.id, dogs, 'mail in the queues finds it');
    assert.deepEqual((await store.listFacts(dogs)).oldAddresses, ['cats@example.org']);
    const [former] = (await store.list(dogs))?.former ?? [];
    assert.deepEqual(former, { id: cats, name: 'cats', domain: 'example.org' });
    assert.equal((await store.countMembers(dogs)).member, 1);
    await assert.rejects(
      admin.createList(at('cats')),
      refused(exit.cantCreate, /had this name before/),
    );
    assert.equal(await admin.renameList(dogs, at('cats')), cats);
    assert.deepEqual((await store.listFacts(cats)).oldAddresses, ['dogs@example.org']);
    await admin.forgetOldAddress(cats, at('dogs'));
    assert.equal(await store.listAt('dogs', 'example.org'), undefined);
    await assert.rejects(admin.forgetOldAddress(cats, at('dogs')), refused(exit.noInput, /no old/));
  });

  test('go with their members and settings, unless they have members', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats', ['ann@x.org']);
    const admin = site.store.as('test');
    await assert.rejects(admin.removeList(cats), refused(exit.failure, /1 members; --force/));
    await admin.removeList(cats, true);
    const { lists, members } = await site.store.counts();
    assert.deepEqual({ lists, members }, { lists: 0, members: 0 });
    assert.equal(await admin.createList(at('cats')), cats);
    assert.deepEqual(await site.store.settingHistory(cats), []);
  });

  test('are listed by id, all or by domain, or by name', async () => {
    await using site = await opened();
    await site.store.as('test').addDomain('a.org');
    await site.store.as('test').createList({ name: 'cats', domain: 'a.org' });
    await listWith(site, 'cats');
    await listWith(site, 'ants');
    const ids = async (domain?: string) => {
      const found: ListId[] = [];
      for await (const view of site.store.lists(domain === undefined ? {} : { domain })) {
        found.push(view.id);
      }
      return found;
    };
    assert.deepEqual(await ids(), ['ants.example.org', 'cats.a.org', 'cats.example.org']);
    assert.deepEqual(await ids('a.org'), ['cats.a.org']);
    const namesakes = await site.store.listsNamed('cats');
    assert.deepEqual(
      namesakes.map(({ id }) => id),
      ['cats.a.org', 'cats.example.org'],
    );
  });

  test('domains stay while a list is in them', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const admin = site.store.as('test');
    assert.equal(await admin.addDomain('EXAMPLE.org'), false);
    assert.equal(await site.store.isDomain('example.org'), true);
    await assert.rejects(admin.removeDomain('example.org'), refused(exit.failure, /1 lists/));
    await admin.addDomain('new.org');
    await admin.renameList(cats, { name: 'cats', domain: 'new.org' });
    await assert.rejects(admin.removeDomain('example.org'), refused(exit.failure, /still receive/));
    await admin.forgetOldAddress(listId('cats.new.org'), at('cats'));
    await admin.removeDomain('example.org');
    assert.deepEqual(await site.store.domains(), ['new.org']);
  });
});

describe('settings', () => {
  test('have a version for each edit, with who, when, and what it was', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    site.time.now = 5;
    await site.store.as('cli:ann').changeSettings(cats, [
      { name: 'maxBytes', value: 7 },
      { name: 'footer', value: 'bye' },
    ]);
    site.time.now = 6;
    await site.store.as('cli:bob').changeSettings(cats, [{ name: 'maxBytes', value: undefined }]);
    assert.deepEqual(await site.store.settingHistory(cats), [
      { version: 2, name: 'maxBytes', at: 6, who: 'cli:bob', old: 7, new: null },
      { version: 1, name: 'footer', at: 5, who: 'cli:ann', old: null, new: 'bye' },
      { version: 1, name: 'maxBytes', at: 5, who: 'cli:ann', old: null, new: 7 },
    ]);
    assert.equal((await site.store.listFacts(cats)).version, 2);
  });

  test('that are what they were make no version', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const admin = site.store.as('test');
    assert.deepEqual(
      await admin.changeSettings(cats, [{ name: 'maxBytes', value: 1_048_576 }]),
      [],
    );
    assert.equal((await site.store.listFacts(cats)).version, 0);
  });

  test('go back to what any version said', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const admin = site.store.as('test');
    const bytes = async () => (await site.store.list(cats))?.settings.maxBytes;
    for (const value of [1, 2, 3]) await admin.changeSettings(cats, [{ name: 'maxBytes', value }]);
    await admin.changeSettings(cats, [{ name: 'footer', value: 'x' }]);
    assert.deepEqual((await admin.revertSettings(cats, 2)).toSorted(), ['footer', 'maxBytes']);
    assert.equal(await bytes(), 2);
    await admin.revertSettings(cats, 4);
    assert.equal(await bytes(), 3);
    await admin.revertSettings(cats, 0);
    assert.equal(await bytes(), 1_048_576);
    await assert.rejects(admin.revertSettings(cats, 99), refused(exit.noInput, /the newest is 7/));
  });

  test('that the schema does not take change nothing, all of an edit or none', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const wishes = [
      { name: 'footer', value: 'x' },
      { name: 'maxBytes', value: -1 },
    ] as const;
    await assert.rejects(
      site.store.as('test').changeSettings(cats, wishes),
      refused(exit.dataErr, /maxBytes cannot be -1; wanted: at least 0/),
    );
    assert.equal((await site.store.list(cats))?.settings.footer, '');
  });

  test('that cannot be read from the database stop the list, and a reset mends it', async () => {
    await using site = await opened();
    const cats = await listWith(site, 'cats');
    const admin = site.store.as('test');
    await admin.changeSettings(cats, [{ name: 'maxBytes', value: 7 }]);
    const db = await site.rows();
    db.exec(`update setting set value = '"seven"'; update list set version = version + 1`);
    const view = await site.store.list(cats);
    assert.throws(() => view?.settings, /maxBytes is "seven".*--reset maxBytes/);
    await admin.changeSettings(cats, [{ name: 'maxBytes', value: undefined }]);
    assert.equal((await site.store.list(cats))?.settings.maxBytes, 1_048_576);
  });
});
