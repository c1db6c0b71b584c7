import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListId } from '../../src/model/ids.ts';
import { listWith, opened } from './opened.ts';

describe('lists that are renamed', () => {
  test('keep the name of their archive, which nobody else is given', async () => {
    await using site = await opened();
    const { store } = site;
    const cats = await listWith(site, 'cats', ['ann@x.org']);
    const admin = store.as('test');
    const archive = async (id: ListId) => (await store.list(id))?.archive;
    assert.equal(await archive(cats), cats);
    const dogs = await admin.renameList(cats, { name: 'dogs', domain: 'example.org' }, false);
    assert.equal(await archive(dogs), cats);
    await admin.createList({ name: 'cats', domain: 'example.org' });
    assert.equal(await archive(cats), 'cats-2.example.org');
  });
});
