import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { address } from '../literals.ts';
import { type Message, office, type Written } from './desk.ts';

const ann = 'ann@example.net';
const request = 'cats-request@example.com';
const confirmOf = (written: Written | undefined) =>
  `cats-confirm+${written?.token ?? 'none'}@example.com`;

/** The first message that comes of orders by Ann, a member. */
async function ask(message: Message, settings = {}): Promise<string> {
  await using here = await office(settings, [ann, 'bob@example.net']);
  const written = await here.send(request, ann, message);
  assert.ok(written.length <= 1);
  return written[0]?.text.replaceAll('\r\n', '\n') ?? '';
}

describe('orders in a message', () => {
  test('stand in the subject, or in the text line by line; what is quoted is none', async () => {
    assert.match(await ask({ subject: 'Re: which' }), /is on:\n {2}cats@example.com \(member\)/);
    const text = 'Hello\necho one\n\n> echo two\n-- \necho three';
    const reply = await ask({ text });
    assert.match(reply, /> echo one\none/);
    assert.doesNotMatch(reply, /two|three/);
  });

  test('end at "end", at a quotation, and after some prose', async () => {
    for (const stop of ['end', 'On Monday Bob wrote:', 'a\nb\nc\nd\ne']) {
      const reply = await ask({ text: `echo one\n${stop}\necho two` });
      assert.match(reply, /one/);
      assert.doesNotMatch(reply, /two/, stop);
    }
  });

  test('are read in a part of several, encoded, and in HTML alone', async () => {
    const mixed = [
      '--x',
      'Content-Type: text/plain; charset=utf-16le',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('echo schön\n', 'utf16le').toString('base64'),
      '--x',
      'Content-Type: text/html',
      '',
      '<p>echo not</p>',
      '--x--',
    ].join('\r\n');
    const header = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
    assert.match(await ask({ header, text: mixed }), /sch=C3=B6n/);
    const html = await ask({
      header: ['MIME-Version: 1.0', 'Content-Type: text/html'],
      text: '<html><head><title>echo no</title></head><div>echo&nbsp;<b>yes</b><br>end</div>',
    });
    assert.match(html, /yes/);
    assert.doesNotMatch(html, /echo no/);
  });

  test('of which there are too many are not obeyed', async () => {
    const text = Array.from({ length: 40 }, (_, n) => `echo ${n}`).join('\n');
    const reply = await ask({ text });
    assert.match(reply, /Only 25 commands/);
    assert.doesNotMatch(reply, /> echo 25/);
  });

  test('that are none get one hint', async () => {
    assert.match(await ask({ text: 'hello there' }), /no command/);
  });

  test('two of a kind that contradict each other are not both obeyed', async () => {
    await using here = await office({}, [ann]);
    const written = await here.send(request, ann, { text: 'leave\njoin' });
    assert.equal(written.length, 1);
  });
});

describe('options', () => {
  test('are set when their owner has confirmed all of them at once', async () => {
    await using here = await office({}, [ann]);
    const text = 'set myposts off\nset hide on\nset ack on\nset delivery off\nshow';
    const [asked, ...rest] = await here.send(request, ann, { text });
    assert.equal(rest.length, 0);
    assert.match(asked?.text ?? '', /set hide on/);
    const before = await here.store.people.preferences(here.list, ann as never);
    assert.equal(before?.ownPosts, true);
    const [reply] = await here.send(confirmOf(asked), ann);
    assert.match(reply?.text ?? '', /myposts is off now/);
    const after = await here.store.member(here.list, 'member', ann as never);
    assert.equal(after?.status, 'by-member');
    const wanted = await here.store.people.preferences(here.list, ann as never);
    assert.deepEqual([wanted?.ownPosts, wanted?.hidden, wanted?.acknowledge], [false, true, true]);
  });

  test('a proven sender needs to confirm nothing', async () => {
    const toml = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
    await using here = await office({}, [ann], toml);
    const proof = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.net'];
    const [reply] = await here.send(request, ann, { subject: 'set hide on', header: proof });
    assert.match(reply?.text ?? '', /hide is on now/);
    here.time.now += 3_600_000;
    const forged = ['Authentication-Results: evil.example; dmarc=pass header.from=example.net'];
    const [asked] = await here.send(request, ann, { subject: 'set hide off', header: forged });
    assert.match(asked?.subject ?? '', /confirm/);
  });

  test('the nearest that says something counts: member, address, user, list', async () => {
    await using here = await office({ ownPosts: true }, [ann]);
    const admin = here.store.as('test');
    const dogs = await admin.createList({ name: 'dogs', domain: 'example.com' });
    const other = address('ann@work.example');
    const { number } = await admin.addUser(address(ann), 'Ann');
    await admin.addUserAddress(number, other);
    await admin.addMember(dogs, 'member', other);
    const own = async () => {
      const here1 = await here.store.people.preferences(here.list, ann as never);
      const there = await here.store.people.preferences(dogs, other as never);
      return [here1?.ownPosts, there?.ownPosts];
    };
    const order = async (text: string) => {
      here.time.now += 3_600_001;
      const [asked] = await here.send(request, ann, { subject: text });
      await here.send(confirmOf(asked), ann);
    };
    await order('set myposts off everywhere');
    assert.deepEqual(await own(), [false, false]);
    await order('set myposts on here');
    assert.deepEqual(await own(), [true, false]);
    await order('set myposts off address');
    assert.deepEqual(await own(), [true, false]);
    await order('set myposts default here');
    assert.deepEqual(await own(), [false, false]);
    await order('set myposts default address');
    await order('set myposts default everywhere');
    assert.deepEqual(await own(), [true, true]);
  });

  test('what the command line says of one member is his own', async () => {
    await using here = await office({}, [ann]);
    const admin = here.store.as('test');
    await admin.changeMember(here.list, 'member', ann as never, {
      options: { ownPosts: 'off' },
    });
    const [asked] = await here.send(request, ann, { subject: 'set myposts on everywhere' });
    await here.send(confirmOf(asked), ann);
    const wanted = await here.store.people.preferences(here.list, ann as never);
    assert.equal(wanted?.ownPosts, false);
  });

  test('topics are those that the list has', async () => {
    await using here = await office({ topics: ['food: milk -- What to eat', 'toys: ball'] }, [ann]);
    const [asked] = await here.send(request, ann, {
      text: 'set topics Food\nset untagged on\nset topics mice\nshow',
    });
    const [reply] = await here.send(confirmOf(asked), ann);
    assert.match(reply?.text ?? '', /topics is food now/);
    assert.match(reply?.text ?? '', /no topic "mice"; its topics are: food, toys/);
    const wanted = await here.store.people.preferences(here.list, ann as never);
    assert.deepEqual([wanted?.topics, wanted?.untagged], [['food'], true]);
    here.time.now += 3_600_001;
    const [shown] = await here.send(request, ann, { text: 'show' });
    assert.match(
      shown?.text ?? '',
      /topics +food\r\n +untagged +on\r\n +food - What to eat\r\n +toys\r\n/,
    );
  });

  test('a member is written to in the language that he wants', async () => {
    await using here = await office({}, [ann]);
    const [asked] = await here.send(request, ann, { subject: 'set language de everywhere' });
    await here.send(confirmOf(asked), ann);
    const languageOf = (who: string) => here.store.people.language(here.list, who as never);
    assert.equal(await languageOf(ann), 'de');
    assert.equal(await languageOf('bob@example.net'), 'en');
    const [german] = await here.send(request, ann, { subject: 'mute x' });
    assert.match(german?.subject ?? '', /Ergebnis/);
    here.time.now += 3_600_000;
    const [again] = await here.send(request, ann, { subject: 'set language xx' });
    const [reply] = await here.send(confirmOf(again), ann);
    assert.match(reply?.text ?? '', /Diese Einstellung gibt es nicht/);
    assert.match(reply?.text ?? '', /^set delivery on.off.VON\.\.BIS /m);
  });

  test('a rest between two days is over by itself', async () => {
    await using here = await office({}, [ann]);
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const dayMs = 86_400_000;
    const now = Date.now();
    const text = `set delivery ${day(now)}..${day(now + 2 * dayMs)}`;
    here.time.now = now;
    const [asked] = await here.send(request, ann, { subject: text });
    const [reply] = await here.send(confirmOf(asked), ann);
    assert.match(reply?.text ?? '', /No mail of the list/);
    const of = { after: 0, upTo: 1000, limit: 10, addressed: [] };
    assert.equal((await here.store.roster(here.list, of)).recipients.length, 0);
    const found = await here.store.member(here.list, 'member', ann as never);
    assert.equal(found?.status, 'enabled');
    assert.equal(await here.store.people.overdue(now + 4 * dayMs), 1);
  });

  test('a new address answers, and takes the place of the old one on all lists', async () => {
    await using here = await office({}, [ann]);
    const admin = here.store.as('test');
    const dogs = await admin.createList({ name: 'dogs', domain: 'example.com' });
    await admin.addMember(dogs, 'member', address(ann));
    const [asked] = await here.send(request, ann, { subject: 'set address ann@new.example' });
    const [sent] = await here.send(confirmOf(asked), ann);
    assert.deepEqual(sent?.to, ['ann@new.example']);
    const told = await here.send(confirmOf(sent), 'ann@new.example');
    const recipients = told.flatMap(({ to }) => to).sort();
    assert.deepEqual(recipients, ['ann@example.net', 'ann@new.example']);
    for (const list of [here.list, dogs]) {
      assert.equal(await here.store.member(list, 'member', ann as never), undefined);
      assert.ok(await here.store.member(list, 'member', 'ann@new.example' as never));
    }
  });
});

describe('what is shown', () => {
  test('members are shown to whom the list wants, without those who hide', async () => {
    assert.match(await ask({ subject: 'who' }), /not shown to you/);
    const reply = await ask({ subject: 'who' }, { rosterVisibility: 'members' });
    assert.match(reply, /bob@example.net/);
    assert.match(
      await ask({ subject: 'who' }, { rosterVisibility: 'public', hidden: true }),
      /2 who are not/,
    );
  });

  test('help shows all commands, or one; lists and info what is public', async () => {
    assert.match(await ask({ subject: 'help' }), /set myposts/);
    assert.match(await ask({ subject: 'help leave' }), /Leave the list/);
    assert.match(await ask({ subject: 'lists' }), /cats@example.com/);
    assert.doesNotMatch(await ask({ subject: 'lists' }, { advertised: false }), /^ {2}cats/m);
    assert.match(await ask({ subject: 'info' }), /cats-join@example.com/);
  });
});
