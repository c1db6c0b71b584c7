import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { formatDate } from '../../src/mail/date.ts';
import { messageBy, putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { type Sink, startSink } from '../sink.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

const flow = ['incoming', 'pipeline', 'mailing', 'outgoing'] as const;
const now = Date.now();
const later = Math.floor(now / 1000) * 1000 + 86_400_000;
const olga = 'olga@x.example';
const ann = 'ann@x.example';

type Opened = AsyncDisposable & {
  readonly made: TestSite;
  readonly site: Site;
  readonly sink: Sink;
  /** A posting that is to wait; the id of its entry. */
  post(author: string): Promise<string>;
};

async function opened(): Promise<Opened> {
  const sink = await startSink({ keep: true });
  const made = await makeSite(`[[relay]]\nport = ${sink.port}\n`);
  await makeList(made, 'cats@example.com', [olga, ann], { deferredDelivery: 'moderators' });
  assert.equal((await say(made, 'member', 'add', 'cats', olga, '--role', 'owner')).code, 0);
  const site = made.open();
  return {
    made,
    site,
    sink,
    post: async (author) => {
      const message = `Deferred-Delivery: ${formatDate(later, 60)}\r\n${messageBy(author)}`;
      const id = await putEntry(site.paths.spool, { message, sender: author, now });
      await workAt(site, now, flow);
      return id;
    },
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
      await sink.close();
    },
  };
}

const listed = async (made: TestSite) =>
  JSON.parse((await say(made, 'mailing', 'ls', '--json')).out);

describe('a posting with Deferred-Delivery', () => {
  test('by an owner waits for its time, is shown, and goes out without the field', async () => {
    await using on = await opened();
    const { made, site, sink } = on;
    const id = await on.post(olga);
    assert.equal(sink.stats().distinct, 0);
    const [row] = await listed(made);
    assert.deepEqual(
      [row.id, row.state, row.restsUntil, row.subject, row.course.total],
      [`${id}-p`, 'scheduled', later, 'food', 2],
    );
    assert.match((await say(made, 'mailing', 'ls')).out, /scheduled +goes out \d{4}-/);
    assert.match((await say(made, 'mailing', 'show', id)).out, /^progress +goes out/m);
    await workAt(site, later - 1, flow);
    assert.equal(sink.stats().distinct, 0);
    await workAt(site, later, flow);
    assert.equal(sink.stats().distinct, 2);
    for (const { bytes } of sink.messages) assert.doesNotMatch(bytes.toString(), /^deferred/im);
    assert.deepEqual(await listed(made), []);
  });

  test('by anybody else goes out at once, without the field', async () => {
    await using on = await opened();
    await on.post(ann);
    assert.equal(on.sink.stats().distinct, 2);
    assert.doesNotMatch(on.sink.messages[0]?.bytes.toString() ?? '', /^deferred/im);
  });

  test('is dropped by cancel, and goes out at once by resume', async () => {
    await using on = await opened();
    const { made, site, sink } = on;
    const [first, second] = [await on.post(olga), await on.post(olga)];
    assert.match((await say(made, 'mailing', 'pause', first)).err, /has not begun/);
    assert.equal((await say(made, 'mailing', 'cancel', first, '--yes')).code, 0);
    assert.equal((await say(made, 'mailing', 'resume', second)).out, `${second}-p goes out now.\n`);
    await workAt(site, Date.now(), flow);
    assert.equal(sink.stats().distinct, 2);
    await workAt(site, later, flow);
    assert.equal(sink.stats().messages, 1);
  });
});
