import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { threadTagOf } from '../../src/engine/threads.ts';
import { openStore } from '../../src/store/store.ts';
import { address, headersOf } from '../literals.ts';
import { type Office, office } from './desk.ts';

const ann = 'ann@example.net';
const bob = 'bob@example.net';
const trusting = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
const header = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.net'];
const everybody = { after: 0, upTo: 1000, limit: 10, addressed: [] };

/** What somebody who is shown to be real is told of his orders, a day later than the last. */
async function told(here: Office, from: string, text: string): Promise<string> {
  here.time.now += 86_400_001;
  const [reply] = await here.send('cats-request@example.com', from, { text, header });
  return reply?.text.replaceAll('\r\n', '\n') ?? '';
}

describe('orders', () => {
  let here: Office;
  before(async () => {
    here = await office({ rosterVisibility: 'public' }, [ann, bob], trusting);
  });
  after(async () => {
    await here[Symbol.asyncDispose]();
  });

  test('end at stop, quit and end', async () => {
    for (const stop of ['stop', 'quit', 'end']) {
      const reply = await told(here, ann, `echo one\n${stop}\necho two`);
      assert.match(reply, /> echo one/, stop);
      assert.doesNotMatch(reply, /echo two/, stop);
    }
  });

  test('are left alone when five have failed', async () => {
    const failed = async (count: number) => {
      const failing = Array.from({ length: count }, (_, n) => `mute x${n}`);
      return await told(here, ann, [...failing, 'echo six'].join('\n'));
    };
    assert.match(await failed(4), /> echo six/);
    const reply = await failed(5);
    assert.equal(reply.match(/> mute x/g)?.length, 5);
    assert.doesNotMatch(reply, /echo six/);
  });

  test('who: to anybody where the roster is public, but for those who hide', async () => {
    const admin = here.store.as('test');
    await admin.addMember(here.list, 'moderator', address('mo@example.net'));
    assert.match(await told(here, 'eve@example.net', 'who'), /bob@example\.net/);
    await told(here, bob, 'set hide on');
    const seen = await told(here, 'eve@example.net', 'who');
    assert.match(seen, /ann@example\.net/);
    assert.doesNotMatch(seen, /bob@/);
    assert.match(seen, /\b1 who/);
    assert.match(await told(here, 'mo@example.net', 'who'), /bob@example\.net/);
    await admin.changeSettings(here.list, [{ name: 'rosterVisibility', value: 'members' }]);
    assert.match(await told(here, 'eve@example.net', 'who'), /not shown to you/);
  });

  test('mute and unmute: a thread is not heard, and heard again', async () => {
    const list = await here.store.list(here.list);
    assert(list);
    const thread = threadTagOf(here.site.secret(), list, headersOf('Message-ID: <a@b.c>'));
    const readers = async () =>
      (await here.store.roster(here.list, { ...everybody, thread })).recipients.length;
    assert.equal(await readers(), 2);
    await told(here, ann, `mute ${thread}`);
    assert.equal(await readers(), 1);
    assert.match(await told(here, ann, `unmute ${thread}`), /> unmute/);
    assert.equal(await readers(), 2);
  });

  test("a rest begins with its first day and ends with its last, in the list's time zone", async () => {
    const place = [{ name: 'timeZone', value: 'America/New_York' }] as const;
    await here.store.as('test').changeSettings(here.list, place);
    here.time.now = Date.parse('2026-12-01T12:00:00Z');
    await told(here, ann, 'set delivery 2026-12-24..2027-01-06');
    const readersAt = async (time: string) => {
      const store = await openStore(here.site.paths.database, { now: () => Date.parse(time) });
      const { recipients } = await store.roster(here.list, everybody);
      await store.close();
      return recipients.length;
    };
    assert.equal(await readersAt('2026-12-24T04:59:59.999Z'), 2);
    assert.equal(await readersAt('2026-12-24T05:00:00.000Z'), 1);
    assert.equal(await readersAt('2027-01-07T04:59:59.999Z'), 1);
    assert.equal(await readersAt('2027-01-07T05:00:00.000Z'), 2);
  });
});
