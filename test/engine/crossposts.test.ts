import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { parseAddress } from '../../src/mail/address.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { addressesOf } from '../literals.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { type Stepped, workAt } from './stopped.ts';

const now = 1_900_000_000_000;
const flow: readonly Stepped[] = ['incoming', 'pipeline', 'mailing'];
const ann = 'ann@x.example';

const cats = 'cats@example.com';
const dogs = 'dogs@example.com';

/** One posting to several lists, as it comes: an entry for each. */
async function post(site: Site, to: readonly string[], arrivals = to): Promise<void> {
  const message = [
    `From: ${ann}`,
    `To: ${to.join(', ')}`,
    'Subject: food',
    'Message-ID: <one@x.example>',
    '',
    'Herring.',
    '',
  ].join('\r\n');
  for (const recipient of arrivals) {
    await putEntry(site.spool.paths.root, { message, sender: ann, recipient, now });
  }
  await workAt(site, now, flow);
}

/** Who gets a copy of which list. */
function copies(site: Site): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  for (const place of waitingIn(site.spool, 'outgoing')) {
    const read = readPlace(place);
    if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') continue;
    const name = read.meta.list?.split('.')[0] ?? '';
    found[name] = [...(found[name] ?? []), ...addressesOf(read.meta.work.recipients)].sort();
  }
  return found;
}

type Opened = AsyncDisposable & { readonly made: TestSite; readonly site: Site };

async function lists(
  catsMembers: readonly string[],
  dogsMembers: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Opened> {
  const made = await makeSite();
  await makeList(made, cats, catsMembers, settings);
  await makeList(made, dogs, dogsMembers);
  const site = made.open();
  return {
    made,
    site,
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

const b = 'b@x.example';
const c = 'c@x.example';
const d = 'd@x.example';

describe('a posting to two lists', () => {
  test('reaches each person once, by the list that accepted it first', async () => {
    await using on = await lists([ann, b, c], [ann, c, d]);
    await post(on.site, [cats, dogs]);
    assert.deepEqual(copies(on.site), { cats: [ann, b, c], dogs: [d] });
  });

  test('reaches a person of two addresses once', async () => {
    await using on = await lists([ann, b], [ann, c]);
    const admin = (await on.site.store()).as('test');
    const [first, second] = [parseAddress(b), parseAddress(c)];
    assert(first && second);
    const user = await admin.addUser(first, 'B');
    await admin.addUserAddress(user.number, second);
    await post(on.site, [cats, dogs]);
    assert.deepEqual(copies(on.site), { cats: [ann, b] });
  });

  test('reaches those by the second list whom the first sends nothing', async () => {
    await using on = await lists([ann, b, c, d], [ann, b, c, d]);
    const store = await on.site.store();
    const id = (await store.listAt('cats', 'example.com'))?.id;
    assert(id);
    const admin = store.as('test');
    await admin.changeMember(id, 'member', b as never, { status: 'by-member' });
    await admin.changeMember(id, 'member', c as never, { mode: 'mime' });
    await post(on.site, [cats, dogs]);
    assert.deepEqual(copies(on.site), { cats: [ann, d], dogs: [b, c] });
  });

  test('reaches those of the second where the first holds it', async () => {
    await using on = await lists([b, c], [ann, b, c]);
    await post(on.site, [cats, dogs]);
    assert.deepEqual(copies(on.site), { dogs: [ann, b, c] });
  });

  test('reaches each by each list where one wants it so', async () => {
    await using on = await lists([ann, b], [ann, b]);
    const admin = (await on.site.store()).as('test');
    const id = (await (await on.site.store()).listAt('dogs', 'example.com'))?.id;
    assert(id);
    await admin.changeSettings(id, [{ name: 'crossPosts', value: false }]);
    await post(on.site, [cats, dogs]);
    assert.deepEqual(copies(on.site), { cats: [ann, b], dogs: [ann, b] });
  });
});

describe('relatives', () => {
  test('a list that includes another reaches its members, each once', async () => {
    await using on = await lists([ann, b], [b, c, d], { includeLists: [dogs] });
    await post(on.site, [cats]);
    assert.deepEqual(copies(on.site), { cats: [ann, b, c, d] });
  });

  test('who reads digests of an included list gets the posting by itself', async () => {
    await using on = await lists([ann, b], [b, c, d], { includeLists: [dogs] });
    const store = await on.site.store();
    const id = (await store.listAt('dogs', 'example.com'))?.id;
    assert(id);
    const admin = store.as('test');
    await admin.changeMember(id, 'member', c as never, { mode: 'plain' });
    await admin.changeMember(id, 'member', d as never, { mode: 'notice' });
    await admin.changeMember(id, 'member', b as never, { mode: 'mime' });
    await post(on.site, [cats]);
    assert.deepEqual(copies(on.site), { cats: [ann, b, c, d] });
  });

  test('a list that is addressed itself is not included', async () => {
    await using on = await lists([ann, b], [ann, c], { includeLists: [dogs] });
    await post(on.site, [cats, dogs]);
    assert.deepEqual(copies(on.site), { cats: [ann, b], dogs: [c] });
  });

  test('whom an excluded list reaches gets nothing here, where that list is addressed', async () => {
    await using on = await lists([ann, b], [ann, b, c], { excludeLists: [dogs] });
    await post(on.site, [cats, dogs], [cats]);
    assert.deepEqual(copies(on.site), {});
  });

  test('an excluded list that may hold it, because its author is a stranger there, excludes nobody', async () => {
    await using on = await lists([ann, b], [b, c], { excludeLists: [dogs] });
    await post(on.site, [cats, dogs], [cats]);
    assert.deepEqual(copies(on.site), { cats: [ann, b] });
  });

  test('else he gets it here', async () => {
    await using on = await lists([ann, b], [ann, b, c], { excludeLists: [dogs] });
    await post(on.site, [cats], [cats]);
    assert.deepEqual(copies(on.site), { cats: [ann, b] });
  });
});
