import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Office, office, type Written } from './desk.ts';

const ann = 'ann@example.net';
const confirmOf = (written: Written | undefined) => {
  assert(written);
  assert.notEqual(written.token, '');
  return `cats-confirm+${written.token}@example.com`;
};
const subjects = (written: readonly Written[]) => written.map(({ subject }) => subject).sort();

async function ask(here: Office, from = ann): Promise<Written> {
  const [asked, ...rest] = await here.send('cats-join@example.com', from);
  assert(asked);
  assert.equal(rest.length, 0);
  return asked;
}

describe('joining by mail', () => {
  test('wants an answer, then there is a welcome', async () => {
    await using here = await office();
    const asked = await ask(here);
    assert.deepEqual(asked.to, [ann]);
    assert.equal(await here.isMember(ann), false);
    const [welcome, ...more] = await here.send(confirmOf(asked), ann, { subject: 'Re: whatever' });
    assert.equal(more.length, 0);
    assert.match(welcome?.subject ?? '', /Welcome/);
    assert.equal(await here.isMember(ann), true);
  });

  test('says who asked where that was another, however his domain is spelled', async () => {
    await using here = await office();
    const own = await here.send('cats-join@example.com', 'jörg@müller.example');
    assert.match(own[0]?.subject ?? '', /confirm/);
    assert.doesNotMatch(own[0]?.text ?? '', /The request came from/);
    const [others] = await here.send('cats-join@example.com', ann, { sender: 'Bob@Example.ORG' });
    assert.match(others?.text ?? '', /The request came from Bob@Example\.ORG\./i);
  });

  test('a token is good once, also when it comes twice at the same time', async () => {
    await using here = await office();
    const asked = await ask(here);
    await here.lay(confirmOf(asked), ann);
    await here.lay(confirmOf(asked), ann);
    assert.deepEqual(subjects(await here.work()), [
      'The results of your commands to cats',
      'Welcome to cats',
    ]);
  });

  test('a token is forgotten in time', async () => {
    await using here = await office();
    const asked = await ask(here);
    here.time.now += 3 * 86_400_000;
    const [reply] = await here.send(confirmOf(asked), ann);
    assert.match(reply?.text ?? '', /too old/);
    assert.equal(await here.isMember(ann), false);
  });

  test('the token in a subject confirms, quoted, folded or encoded', async () => {
    for (const subject of [
      (token: string) => `confirm ${token}`,
      (token: string) => `Re: confirm ${token}`,
      (token: string) => `AW: Re: [x] confirm\r\n ${token}`,
      (token: string) => `=?utf-8?b?${Buffer.from(`Re: confirm ${token}`).toString('base64')}?=`,
      (token: string) => `RE: CONFIRM ${token.toUpperCase()}`,
    ]) {
      await using here = await office();
      const { token } = await ask(here);
      const message = { subject: subject(token), text: '> quoted\n> more' };
      await here.send('cats-request@example.com', ann, message);
      assert.equal(await here.isMember(ann), true, subject(token));
    }
  });

  test('answering machines confirm nothing', async () => {
    await using here = await office();
    const to = confirmOf(await ask(here));
    for (const message of [
      { header: ['Auto-Submitted: auto-replied'] },
      { header: ['Precedence: bulk'] },
      { sender: null },
      { header: ['X-Auto-Response-Suppress: All'] },
      { subject: 'Out of office: Re: confirm' },
      { subject: 'Automatische Antwort: confirm' },
      { subject: '自動応答: confirm' },
      { header: ['Content-Type: multipart/report; report-type=delivery-status; boundary=x'] },
    ]) {
      assert.deepEqual(await here.send(to, ann, message), []);
      assert.equal(await here.isMember(ann), false);
    }
    await here.send(to, ann);
    assert.equal(await here.isMember(ann), true);
  });

  test('who is a member already is told so, and nothing changes', async () => {
    await using here = await office({}, [ann]);
    const [reply] = await here.send('cats-join@example.com', ann);
    assert.match(reply?.text ?? '', /member of cats@example.com already/);
  });

  test('who is banned, or became so meanwhile, does not join', async () => {
    await using here = await office();
    const to = confirmOf(await ask(here));
    await here.store.as('test').ban(here.list, '^ann@', 'noise');
    const [reply] = await here.send(to, ann);
    assert.match(reply?.text ?? '', /cannot join/);
    assert.equal(await here.isMember(ann), false);
  });

  test('an open list takes at once whoever is shown to be real, and tells its owners', async () => {
    const toml = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
    await using here = await office({ joinPolicy: 'open', tellOwners: true }, [], toml);
    await here.store.as('test').addMember(here.list, 'owner', 'olga@example.com' as never);
    const header = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.net'];
    const send = async (what: string, from: string, proof: readonly string[]) => {
      const written = await here.send(`cats-${what}@example.com`, from, { header: proof });
      return written.map(({ to, subject }) => `${to.join()}: ${subject}`).sort();
    };
    const [asked] = await send('join', 'bob@example.net', []);
    assert.match(asked ?? '', /^bob@example\.net: .*confirm/);
    assert.equal(await here.isMember('bob@example.net'), false);
    assert.deepEqual(await send('join', ann, header), [
      'ann@example.net: Welcome to cats',
      'olga@example.com: cats: ann@example.net joined',
    ]);
    assert.equal(await here.isMember(ann), true);
    const left = await send('leave', ann, header);
    assert.equal(left.length, 2);
    assert.match(left[1] ?? '', /^olga@example\.com: cats: ann@example\.net left/);
    assert.equal(await here.isMember(ann), false);
  });

  test('an address of ours cannot join: lists would feed each other', async () => {
    await using here = await office();
    const message = { subject: 'join address=cats-owner@example.com' };
    await here.send('cats-request@example.com', ann, message);
    const open = await here.store.people.subscriptionRequest(
      here.list,
      'cats-owner@example.com' as never,
      here.time.now,
    );
    assert.equal(open, undefined);
  });

  test('a moderated list asks its owners when the subscriber has answered', async () => {
    await using here = await office({ joinPolicy: 'confirm-then-moderate' });
    await here.store.as('test').addMember(here.list, 'owner', 'olga@example.com' as never);
    const [notice] = await here.send(confirmOf(await ask(here)), ann);
    assert.deepEqual(notice?.to, ['olga@example.com']);
    assert.equal(await here.isMember(ann), false);
    const decided = await here.send(confirmOf(notice), 'olga@example.com');
    assert.deepEqual(decided[0]?.to, [ann]);
    assert.equal(await here.isMember(ann), true);
  });

  test('a moderator refuses, and says why', async () => {
    await using here = await office({ joinPolicy: 'moderate' });
    const [notice] = await here.send(confirmOf(await ask(here)), ann);
    assert.deepEqual(notice?.to, ['postmaster@localhost']);
    const text = 'reject we are full\n\n> quoted';
    const [told] = await here.send(confirmOf(notice), 'olga@example.com', { text });
    assert.deepEqual(told?.to, [ann]);
    assert.match(told?.text ?? '', /we are full/);
    assert.equal(await here.isMember(ann), false);
  });
});

describe('leaving by mail', () => {
  test('wants an answer, then there is a goodbye', async () => {
    await using here = await office({}, [ann]);
    const [asked] = await here.send('cats-leave@example.com', ann);
    assert.equal(await here.isMember(ann), true);
    const [bye] = await here.send(confirmOf(asked), ann);
    assert.deepEqual(bye?.to, [ann]);
    assert.equal(await here.isMember(ann), false);
  });

  test('a token for leaving does not join, and one of a list is nothing on another', async () => {
    await using here = await office({}, [ann]);
    const admin = here.store.as('test');
    await admin.createList({ name: 'dogs', domain: 'example.com' });
    const [asked] = await here.send('cats-leave@example.com', ann);
    const elsewhere = `dogs-confirm+${asked?.token}@example.com`;
    const [reply] = await here.send(elsewhere, ann);
    assert.equal(reply, undefined, 'one message an hour');
    assert.equal(await here.isMember(ann), true);
  });
});

describe('what strangers can cause', () => {
  test('one message an hour and three a day to an address, over all lists', async () => {
    await using here = await office();
    await here.store.as('test').createList({ name: 'dogs', domain: 'example.com' });
    let messages = 0;
    for (let minute = 0; minute < 24 * 60; minute += 20) {
      const list = minute % 40 === 0 ? 'cats' : 'dogs';
      const sender = `s${minute}@evil.example`;
      messages += (await here.send(`${list}-join@example.com`, ann, { sender })).length;
      here.time.now += 20 * 60_000;
    }
    assert.equal(messages, 3);
  });

  test('many at once are no more than one', async () => {
    await using here = await office();
    for (let n = 0; n < 10; n += 1) await here.lay('cats-join@example.com', ann);
    assert.equal((await here.work()).length, 1);
  });

  test('one source reaches only so many', async () => {
    await using here = await office();
    let messages = 0;
    for (let n = 0; n < 30; n += 1) {
      const victim = `v${n}@example.net`;
      const sender = 'evil@evil.example';
      messages += (await here.send('cats-join@example.com', victim, { sender })).length;
    }
    assert.equal(messages, 5);
  });

  test('who has answered is no victim: he can leave again at once', async () => {
    await using here = await office();
    await here.send(confirmOf(await ask(here)), ann);
    assert.equal((await here.send('cats-leave@example.com', ann)).length, 1);
  });
});
