import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { exit } from '../../src/ground/errors.ts';
import { makeSite, type TestSite } from '../site.ts';
import { call as callAnywhere } from './called.ts';

describe('list', () => {
  let site: TestSite;
  const call = (words: string | readonly string[]) => callAnywhere(words, { site: site.root });

  before(async () => {
    site = await makeSite();
    await call('domain add example.org --description Ours');
    await call('domain add other.org');
  });

  after(() => site[Symbol.asyncDispose]());

  test('create makes it with settings and owners; all of that is checked first', async () => {
    const bad = await call('list create bad@example.org max-bytes=lots');
    assert.equal(bad.code, exit.dataErr);
    assert.match(bad.err, /maxBytes cannot be "lots"; wanted: a number$/m);
    assert.equal((await call('list create bad@example.org --owner nobody')).code, exit.usage);
    assert.equal((await call('list show bad')).code, exit.noInput);
    const made = await call('list create Cats@example.org verp=always --owner olga@x.org');
    assert.equal(made.code, exit.ok);
    assert.match(made.out, /its id is cats\.example\.org/);
    const json = await call('list show cats --json');
    const { settings, members, address } = JSON.parse(json.out);
    assert.equal(settings.verp, 'always');
    assert.equal(members.owner, 1);
    assert.equal(address, 'cats@example.org');
    assert.equal((await call('list create cats@example.org')).code, exit.cantCreate);
  });

  test('set tells what is wrong with a footer: it stops no mail, so nobody else would', async () => {
    const set = (footer: string) => call(['list', 'set', 'cats', `footer=${footer}`]);
    const open = await set('{% if name %}Bye');
    assert.equal(open.code, exit.ok);
    assert.match(open.err, /footer: tag \{% if name %\} not closed.*as it is written/);
    assert.match((await set('Bye {{ nme }}')).err, /undefined variable: nme.*nothing will stand/);
    assert.equal((await set('Bye {{ attributes.nick | default: name }}, $list_name')).err, '');
  });

  test('is named by address, id or name, and asks where that is not enough', async () => {
    await call('list create dogs@example.org');
    await call('list create dogs@other.org');
    const shown = async (word: string) =>
      JSON.parse((await call(`list show ${word} --json`)).out).id;
    assert.equal(await shown('dogs@other.org'), 'dogs.other.org');
    assert.equal(await shown('DOGS@OTHER.ORG'), 'dogs.other.org');
    assert.equal(await shown('dogs.example.org'), 'dogs.example.org');
    assert.equal(await shown('cats'), 'cats.example.org');
    const asked = await call('list show dogs');
    assert.equal(asked.code, exit.usage);
    assert.match(asked.err, /dogs@example\.org, dogs@other\.org: which\?/);
    assert.equal((await call('list show birds')).code, exit.noInput);
  });

  test('ls shows all or those of one domain, also as JSON', async () => {
    const { out } = await call('list ls --domain other.org');
    assert.match(out, /^LIST .*\ndogs@other\.org +0 +0\n$/);
    const all = JSON.parse((await call('list ls --json')).out);
    assert.deepEqual(
      all.map(({ id }: { id: string }) => id),
      ['cats.example.org', 'dogs.example.org', 'dogs.other.org'],
    );
  });

  test('set changes, resets and reverts, and history tells of all', async () => {
    await call('list create sets@example.org');
    const set = await call([
      'list',
      'set',
      'sets',
      'subject_prefix=[sets] ',
      'acceptable-aliases=a@x.org, b@x.org',
      'explicitDestination=no',
      'footer=one\\ntwo',
    ]);
    assert.equal(set.code, exit.ok);
    assert.match(set.out, /acceptableAliases = \["a@x.org","b@x.org"\]/);
    assert.match(set.out, /footer = "one\\ntwo"/);
    assert.match(set.out, /This is version 1\./);
    const reset = await call('list set sets --reset footer');
    assert.match(reset.out, /footer = ""\nThis is version 2\./);
    assert.match((await call('list set sets --reset footer')).out, /Nothing changed/);
    assert.match((await call('list set sets --revert 1')).out, /footer = "one\\ntwo"/);
    const history = JSON.parse((await call('list history sets --json')).out);
    assert.equal(history.length, 6);
    assert.deepEqual(
      { ...history[0], at: 0, who: history[0].who.split(':')[0] },
      { version: 3, name: 'footer', at: 0, who: 'cli', old: null, new: 'one\ntwo' },
    );
    assert.equal((await call('list set sets nope=1')).code, exit.usage);
    assert.equal((await call('list set sets --revert 9')).code, exit.noInput);
    assert.equal((await call('list set sets footer=x --revert 1')).code, exit.usage);
  });

  test('set alone tells of every setting', async () => {
    const { out } = await call('list set cats');
    assert.match(out, /^ {2}maxBytes = 1048576\n {6}Largest posting/m);
    const rows = JSON.parse((await call('list set cats --json')).out);
    const found = rows.find(({ name }: { name: string }) => name === 'maxBytes');
    assert.deepEqual([found.value, found.initial], [1_048_576, 1_048_576]);
    assert.match(found.help, /^Largest posting/);
    assert.equal((await call('list set cats maxBytes=1 --json')).code, exit.usage);
  });

  test('a list receives at its aliases, until one is forgotten', async () => {
    await call('list create felix@example.org');
    await call('list create other@example.org');
    const { out } = await call('list alias felix tom@example.org tim@example.org');
    assert.match(out, /Mail to tim@example\.org comes to felix@example\.org\./);
    const shown = await call('list show tom@example.org');
    assert.match(shown.out, /^id +felix\.example\.org$/m);
    assert.match(shown.out, /^other addresses +tom@example\.org, tim@example\.org$/m);
    const taken = await call('list alias other tom@example.org');
    assert.match(taken.err, /taken by the list felix@example\.org/);
    assert.match((await call('list alias other a@elsewhere.org')).err, /none of our domains/);
    assert.equal((await call('list create tim@example.org')).code, exit.cantCreate);
    assert.equal((await call('list forget felix tom@example.org')).code, exit.ok);
    assert.equal((await call('list show tom@example.org')).code, exit.noInput);
  });

  test('rename keeps the old address, forget gives it up', async () => {
    await call('list create old@example.org');
    const renamed = await call('list rename old new@other.org');
    assert.equal(renamed.code, exit.ok);
    assert.match(renamed.out, /Mail to old@example\.org still comes/);
    assert.match((await call('list show old@example.org')).out, /^id +new\.other\.org$/m);
    assert.equal((await call('list forget new old@example.org')).code, exit.ok);
    assert.equal((await call('list show old@example.org')).code, exit.noInput);
    await call('list rename new newer@other.org --no-alias');
    assert.equal((await call('list show new')).code, exit.noInput);
  });

  test('remove refuses a list with members, and says what is kept', async () => {
    await call('list create gone@example.org');
    await call('member add gone ann@x.org');
    const refused = await call('list remove gone');
    assert.equal(refused.code, exit.failure);
    assert.match(refused.err, /1 members; --force/);
    const removed = await call('list remove gone --force');
    assert.match(removed.out, /1 memberships are gone/);
    assert.match(removed.out, /Kept: its archive/);
    assert.equal((await call('list show gone')).code, exit.noInput);
  });

  test('a domain is given up only when no list is in it', async () => {
    assert.equal((await call('domain remove example.org')).code, exit.failure);
    assert.equal((await call('domain remove nowhere.org')).code, exit.noInput);
    assert.equal((await call(['domain', 'add', 'not a domain'])).code, exit.usage);
    await call('domain add empty.org');
    assert.match((await call('domain add empty.org')).out, /ours already/);
    assert.equal((await call('domain remove empty.org')).code, exit.ok);
    const rows = JSON.parse((await call('domain ls --json')).out);
    assert.equal(rows[0].description, 'Ours');
  });
});

describe('user', () => {
  test('is known by number and by any address, and shows where he is', async () => {
    await using site = await makeSite();
    const call = (words: string | readonly string[]) => callAnywhere(words, { site: site.root });
    await call('domain add example.org');
    await call('list create cats@example.org');
    await call('member add cats ann@work.org');
    assert.match((await call('user add ann@x.org --name Ann')).out, /is user 1/);
    assert.equal((await call('user add ANN@x.org')).code, exit.cantCreate);
    assert.equal((await call('user add-address 1 ann@work.org')).code, exit.ok);
    await call('user set ann@work.org --preferred ann@work.org');
    const shown = JSON.parse((await call('user show ann@x.org --json')).out);
    assert.equal(shown.addresses[0].address, 'ann@work.org');
    assert.deepEqual(shown.memberships, [
      { list: 'cats.example.org', role: 'member', address: 'ann@work.org' },
    ]);
    assert.match((await call('user ls')).out, / 1 {2}Ann {3}ann@work\.org, ann@x\.org/);
    assert.equal((await call('user set 1')).code, exit.usage);
    assert.equal((await call('user remove-address 1 ann@x.org')).code, exit.ok);
    assert.equal((await call('user remove-address 1 ann@work.org')).code, exit.failure);
    assert.equal((await call('user remove 1')).code, exit.ok);
    assert.equal((await call('user show 1')).code, exit.noInput);
    assert.match((await call('member ls cats')).out, /ann@work\.org/);
  });
});
