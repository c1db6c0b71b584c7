/** Mode, rhythm and delivery, said for one list, one address or all addresses of a person. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addressKey } from '../../src/mail/address.ts';
import { address } from '../literals.ts';
import { type Office, office } from './desk.ts';

const ann = address('ann@example.net');
const work = address('ann@work.example');
const toml = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
const proof = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.net'];

/** Ann is on cats and fish as herself, on dogs by her other address, which is hers as well. */
async function people(settings: Readonly<Record<string, unknown>> = {}) {
  const here = await office(settings, [ann], toml);
  const admin = here.store.as('test');
  const create = (name: string) => admin.createList({ name, domain: 'example.com' });
  const [dogs, fish, birds] = [await create('dogs'), await create('fish'), await create('birds')];
  const { number: user } = await admin.addUser(ann, 'Ann');
  await admin.addUserAddress(user, work);
  await admin.addMember(fish, 'member', ann);
  await admin.addMember(dogs, 'member', work);
  const order = async (text: string): Promise<string> => {
    here.time.now += 3_600_001;
    const written = await here.send('cats-request@example.com', ann, { text, header: proof });
    return written.map((one) => one.text).join();
  };
  const at = async () => [
    await here.store.member(here.list, 'member', addressKey(ann)),
    await here.store.member(fish, 'member', addressKey(ann)),
    await here.store.member(dogs, 'member', addressKey(work)),
  ];
  return { here, admin, dogs, fish, birds, user, order, at };
}

const modes = (rows: readonly ({ readonly mode: string } | undefined)[]) =>
  rows.map((row) => row?.mode).join(' ');
const statuses = (rows: readonly ({ readonly status: string } | undefined)[]) =>
  rows.map((row) => row?.status).join(' ');
const ended = async ({ here }: { readonly here: Office }) => await here[Symbol.asyncDispose]();

suite('mode, rhythm and delivery', () => {
  test('the nearest that says something counts: member, address, user, list', async () => {
    const on = await people();
    const { order, at } = on;
    await order('set mode mime everywhere');
    assert.equal(modes(await at()), 'mime mime mime');
    await order('set mode plain address');
    assert.equal(modes(await at()), 'plain plain mime');
    await order('set mode notice here');
    assert.equal(modes(await at()), 'notice plain mime');
    await order('set mode html everywhere\nset rhythm weekly everywhere');
    assert.equal(modes(await at()), 'notice plain html');
    assert.deepEqual(new Set((await at()).map((row) => row?.rhythm)), new Set(['weekly']));
    await order('set mode default here');
    assert.equal(modes(await at()), 'plain plain html');
    await order('set mode default address');
    assert.equal(modes(await at()), 'html html html');
    await order('set mode default everywhere');
    assert.equal(modes(await at()), 'regular regular regular');
    assert.match(await order('set mode mime nowhere'), /That is no option/);
    await ended(on);
  });

  test('whoever joins later begins as he said for all of his addresses', async () => {
    const on = await people();
    const { here, admin, birds, order } = on;
    await order('set mode summary everywhere\nset rhythm daily address');
    await admin.addMember(birds, 'member', work);
    const stage = await here.store.stage(birds, 'test');
    stage.add([{ line: 1, address: ann, role: 'member', wish: {} }]);
    await stage.import(false);
    stage.close();
    const find = (who: typeof ann) => here.store.member(birds, 'member', addressKey(who));
    const [byHand, byFile] = [await find(work), await find(ann)];
    assert.deepEqual([byHand?.mode, byHand?.rhythm], ['summary', 'list']);
    assert.deepEqual([byFile?.mode, byFile?.rhythm], ['summary', 'daily']);
    await ended(on);
  });

  test('what a file or an administrator says for one membership is nearest', async () => {
    const on = await people();
    const { here, admin, dogs, fish, user, at } = on;
    await admin.changeMember(fish, 'member', addressKey(ann), { mode: 'mime' });
    const stage = await here.store.stage(dogs, 'test');
    stage.add([{ line: 1, address: work, role: 'member', wish: { mode: 'plain' } }]);
    assert.deepEqual(await stage.import(true), { added: 0, changed: 1 });
    assert.deepEqual(await stage.import(true), { added: 0, changed: 0 });
    stage.close();
    await admin.changeUser(user, { mode: 'html' });
    assert.equal(modes(await at()), 'html mime plain');
    await admin.changeUser(user, { mode: 'default' });
    assert.equal(modes(await at()), 'regular mime plain');
    await ended(on);
  });

  test('an address follows the user whose it becomes; a new one takes over what was said', async () => {
    const on = await people();
    const { here, admin, birds, user, order } = on;
    const third = address('ann@third.example');
    await admin.addMember(birds, 'member', third);
    await order('set mode mime everywhere\nset rhythm weekly address');
    await admin.addUserAddress(user, third);
    const found = await here.store.member(birds, 'member', addressKey(third));
    assert.equal(found?.mode, 'mime');
    const next = address('ann@next.example');
    here.time.now += 3_600_001;
    const [asked] = await here.send('cats-request@example.com', ann, {
      text: 'set address ann@next.example',
      header: proof,
    });
    assert.equal(asked?.to[0], next);
    await here.send(`cats-confirm+${asked.token}@example.com`, next);
    await admin.addMember(birds, 'member', next);
    const moved = await here.store.member(birds, 'member', addressKey(next));
    assert.deepEqual([moved?.mode, moved?.rhythm], ['mime', 'weekly']);
    await ended(on);
  });

  test('delivery stops, rests and goes on here, for the address, or everywhere', async () => {
    const on = await people();
    const { here, admin, dogs, order, at } = on;
    await order('set delivery off address');
    assert.equal(statuses(await at()), 'by-member by-member enabled');
    await order('set delivery on here');
    assert.equal(statuses(await at()), 'enabled by-member enabled');
    await admin.changeMember(dogs, 'member', addressKey(work), { status: 'by-bounces' });
    await order('set delivery off everywhere\nset delivery on everywhere');
    assert.equal(statuses(await at()), 'enabled enabled by-bounces', 'what others said stays');
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const { now } = here.time;
    await order(`set delivery ${day(now)}..${day(now + 2 * 86_400_000)} address`);
    const { pauses } = await here.store.people.personal(ann);
    assert(Array.isArray(pauses) && pauses.length === 2);
    await ended(on);
  });
});
