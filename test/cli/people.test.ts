import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exit } from '../../src/ground/errors.ts';
import { office } from '../commands/desk.ts';
import { call } from './called.ts';

const ann = 'ann@example.net';
const confirmOf = (token: string | undefined) => `cats-confirm+${token}@example.com`;

describe('people at the command line', () => {
  test('who is invited is a member when he answers, also of a moderated list', async () => {
    await using here = await office({ joinPolicy: 'moderate' }, ['bob@example.net']);
    here.time.now = Date.now();
    const site = here.root;
    const text = 'We talk about cats.\nDo come.';
    const said = await call(['member', 'invite', 'cats', '--file', '-', '--text', text], {
      site,
      input: `Ann <${ann}>\nbob@example.net\n`,
    });
    assert.match(said.out, /1 invited/);
    assert.match(said.err, /bob@example.net is a member/);
    const [invitation] = await here.work();
    assert.deepEqual(invitation?.to, [ann]);
    assert.match(invitation.text, /^We talk about cats\.\r\nDo come\.\r\n\r\nThe people who run/);
    assert.equal(await here.isMember(ann), false);
    await here.send(confirmOf(invitation?.token), ann);
    assert.equal(await here.isMember(ann), true);
    assert.equal((await here.store.member(here.list, 'member', ann as never))?.name, 'Ann');
  });

  test('a request is listed, accepted and refused', async () => {
    await using here = await office({ joinPolicy: 'moderate' });
    here.time.now = Date.now();
    const site = here.root;
    for (const who of [ann, 'bob@example.net']) {
      const [asked] = await here.send('cats-join@example.com', who);
      await here.send(confirmOf(asked?.token), who);
    }
    const shown = await call('request ls cats --json', { site });
    assert.deepEqual(
      JSON.parse(shown.out).map((row: { address: string }) => row.address),
      [ann, 'bob@example.net'],
    );
    assert.doesNotMatch(shown.out, /token/);
    assert.equal((await call(`request accept cats ${ann}`, { site })).code, exit.ok);
    const no = ['request', 'reject', 'cats', 'bob@example.net', '--reason', 'full'];
    assert.equal((await call(no, { site })).code, exit.ok);
    assert.equal((await call(`request accept cats ${ann}`, { site })).code, exit.noInput);
    const told = await here.work();
    assert.deepEqual(told.map(({ to }) => to[0]).sort(), [ann, 'bob@example.net']);
    assert.equal(await here.isMember(ann), true);
    assert.equal(await here.isMember('bob@example.net'), false);
  });

  test('welcome and goodbye are sent where they are wanted', async () => {
    await using here = await office();
    const site = here.root;
    await call('member add cats quiet@example.net', { site });
    assert.deepEqual(await here.work(), []);
    await call(`member add cats ${ann} --welcome`, { site });
    await call('member import cats - --welcome', {
      site,
      input: 'quiet@example.net\nnew@x.example\n',
    });
    await call(`member remove cats ${ann} --goodbye`, { site });
    await call('member remove cats --file - --goodbye', {
      site,
      input: 'new@x.example\nzoe@x.example\n',
    });
    const told = await here.work();
    assert.deepEqual(told.map(({ to, subject }) => `${to} ${subject.split(' ')[0]}`).sort(), [
      `${ann} Welcome`,
      `${ann} You`,
      'new@x.example Welcome',
      'new@x.example You',
    ]);
  });

  test('what is over is forgotten, and nothing else', async () => {
    await using here = await office();
    const site = here.root;
    here.time.now = Date.now() - 4 * 86_400_000;
    await here.send('cats-join@example.com', ann);
    here.time.now = Date.now();
    await here.send('cats-join@example.com', 'bob@example.net');
    const dry = await call('cron requests --dry-run', { site });
    assert.match(dry.out, /would forget 2 that are over/);
    assert.match((await call('cron requests', { site })).out, /2 that were over forgotten/);
    assert.match((await call('cron requests', { site })).out, /nothing to do/);
    const key = 'bob@example.net' as never;
    assert.ok(await here.store.people.subscriptionRequest(here.list, key, here.time.now));
  });

  test('moderators are reminded of a request, and its end is told', async () => {
    await using here = await office({ joinPolicy: 'moderate', remindDays: 2 });
    const site = here.root;
    const dayMs = 86_400_000;
    here.time.now = Date.now() - 3 * dayMs;
    const [asked] = await here.send('cats-join@example.com', ann);
    const [first] = await here.send(confirmOf(asked?.token), ann);
    assert.match((await call('cron requests', { site })).out, /1 told of requests/);
    const [again, ...rest] = await here.work();
    assert.equal(rest.length, 0);
    assert.equal(again?.token, first?.token, 'either message can be answered');
    assert.match((await call('cron requests', { site })).out, /nothing to do/);
    await here.send(confirmOf(again?.token), 'olga@example.com');
    assert.equal(await here.isMember(ann), true);

    here.time.now = Date.now() - 31 * dayMs;
    const [other] = await here.send('cats-join@example.com', 'bob@example.net');
    await here.send(confirmOf(other?.token), 'bob@example.net');
    await call('cron requests', { site });
    const told = await here.work();
    assert.deepEqual(
      told.map(({ to }) => to),
      [['bob@example.net']],
    );
    assert.match((await call('cron requests', { site })).out, /nothing to do/);
  });

  test('all that is kept of somebody is shown, and forgotten', async () => {
    await using here = await office();
    const site = here.root;
    const [asked] = await here.send('cats-join@example.com', ann);
    await here.send(confirmOf(asked?.token), ann);
    const first = await call(`user export ${ann}`, { site });
    const [{ memberships, consents }] = JSON.parse(first.out);
    assert.equal(memberships[0].list, 'cats.example.com');
    assert.equal(consents[0].way, 'confirmed by mail');
    assert.match(consents[0].asked, /@test.example>$/);
    assert.notEqual(consents[0].asked, consents[0].confirmed);
    assert.equal((await call(`user erase ${ann}`, { site })).code, exit.usage, 'asks first');
    assert.equal((await call(`user erase ${ann} --yes`, { site })).code, exit.ok);
    const [left] = JSON.parse((await call(`user export ${ann}`, { site })).out);
    const { address, user, ...kinds } = left;
    assert.equal(user, null);
    for (const [kind, rows] of Object.entries(kinds)) assert.deepEqual(rows, [], kind);
    assert.equal(await here.isMember(ann), false);
  });
});
