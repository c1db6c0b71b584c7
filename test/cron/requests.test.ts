import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { held } from '../../src/cron/held.ts';
import { requests } from '../../src/cron/requests.ts';
import { runTask } from '../../src/engine/cron.ts';
import type { Task } from '../../src/model/task.ts';
import { call } from '../cli/called.ts';
import { type Office, office, type Written } from '../commands/desk.ts';
import { address } from '../literals.ts';

const dayMs = 86_400_000;
const ann = 'ann@example.net';
const mia = 'mia@example.com';
const olga = 'olga@example.com';

/** Somebody has confirmed that he wants to join; what moderators are told of it. */
async function asks(here: Office, who: string): Promise<readonly Written[]> {
  const [asked] = await here.send('cats-join@example.com', who);
  assert(asked);
  const written = await here.send(asked.replyTo, who);
  return written.filter(({ to }) => !to.includes(who));
}

/** A list with a moderator and an owner. */
async function moderated(settings: Readonly<Record<string, unknown>>): Promise<Office> {
  const here = await office({ joinPolicy: 'moderate', ...settings });
  const admin = here.store.as('test');
  await admin.addMember(here.list, 'moderator', address(mia));
  await admin.addMember(here.list, 'owner', address(olga));
  return here;
}

/** Maintenance after so many days, and what it had written. */
async function after(here: Office, days: number, task: Task): Promise<readonly Written[]> {
  const now = here.time.now + days * dayMs;
  await runTask(here.site, task, { now, dryRun: false, remark: async () => undefined });
  const { now: before } = here.time;
  here.time.now = now;
  const written = await here.work();
  here.time.now = before;
  return written;
}

const heads = (written: readonly Written[]) =>
  written.map(({ to, subject }) => `${to.join(' ')}: ${subject}`);

describe('requests that wait for a moderator', () => {
  test('stand in the summary of the day where that is wanted, and are answered from there', async () => {
    await using here = await moderated({ moderatorNotices: 'daily', remindDays: 3 });
    assert.deepEqual(await asks(here, ann), [], 'nobody is told at once');
    assert.deepEqual(heads(await after(here, 1, requests)), []);
    const [summary, ...rest] = await after(here, 1, held);
    assert.deepEqual(heads(rest), []);
    assert.deepEqual(summary?.to, [mia]);
    assert.equal(summary.subject, 'cats: 1 waiting for a moderator');
    assert.match(summary.text, /Address: ann@example\.net\r\n +Wish: +join\r\n/);
    assert.doesNotMatch(summary.text, /this waits for a decision/, 'no posting waits');
    assert.deepEqual(heads(await after(here, 2, held)), [], 'once');
    const late = await after(here, 4, held);
    assert.deepEqual(late.flatMap(({ to }) => to).sort(), [mia, olga], 'the owner, too');
    const [, answer = ''] = /Answer: +(\S+@example\.com)/.exec(summary.text) ?? [];
    await here.send(answer, mia);
    assert.equal(await here.isMember(ann), true);
  });

  test('are told of to nobody where moderators want no notices', async () => {
    await using here = await moderated({ moderatorNotices: 'never', remindDays: 1 });
    assert.deepEqual(await asks(here, ann), []);
    assert.deepEqual(await after(here, 5, held), []);
    assert.deepEqual(await after(here, 5, requests), []);
    const [end] = await after(here, 31, requests);
    assert.deepEqual(end?.to, [ann]);
    assert.match(end.text, /^Nobody decided in time about the request of ann@example\.net/);
  });

  test('end as the list wants when nobody decides, and who decides then is told so', async () => {
    await using here = await moderated({ requestAction: 'accept', welcome: true });
    const [notice] = await asks(here, ann);
    assert(notice);
    const [welcome, ...rest] = await after(here, 31, requests);
    assert.deepEqual([welcome?.to, rest.length], [[ann], 0]);
    assert.equal(await here.isMember(ann), true);
    const { consents } = (await here.store.people.personal(address(ann))) as {
      consents: { way: string }[];
    };
    assert.equal(consents[0]?.way, 'accepted because nobody decided in time');
    const [late] = await here.send(notice.replyTo, mia);
    assert.deepEqual(late?.to, [mia]);
    const said = /ann@example\.net to join was accepted already, because nobody decided in time/;
    assert.match(late.text.replaceAll(/\s+/g, ' '), said);

    const admin = here.store.as('test');
    await admin.changeSettings(here.list, [{ name: 'requestAction', value: 'discard' }]);
    await asks(here, 'bob@example.net');
    assert.deepEqual(await after(here, 31, requests), []);
    assert.deepEqual(await after(here, 32, requests), []);
    assert.equal(await here.isMember('bob@example.net'), false);
  });

  test('are decided once: who comes later is told what was decided, and by whom', async () => {
    await using here = await moderated({});
    const [notice] = await asks(here, ann);
    assert.deepEqual(notice?.to.toSorted(), [mia, olga]);
    await here.send(notice.replyTo, mia, { text: 'reject We are full.' });
    const said = /ann@example\.net to join was refused already by mia@example\.com/;
    const [byReply] = await here.send(notice.replyTo, olga);
    assert.match(byReply?.text.replaceAll(/\s+/g, ' ') ?? '', said);
    here.time.now += 3_600_001;
    const order = { subject: `accept ${notice.token}` };
    const [byOrder] = await here.send('cats-request@example.com', olga, order);
    assert.match(byOrder?.text.replaceAll(/\s+/g, ' ') ?? '', said);
    assert.equal(await here.isMember(ann), false);
    const { err } = await call(`request accept cats ${ann}`, { site: here.root });
    assert.match(err, /that to join was refused by mia@example\.com/);

    here.time.now += dayMs;
    const [again] = await asks(here, ann);
    assert(again);
    await here.send(again.replyTo, olga);
    const personal = async (who: string) => await here.store.people.personal(address(who));
    const { consents } = (await personal(ann)) as { consents: { way: string }[] };
    assert.equal(consents[0]?.way, `approved by ${olga}`);
    assert.equal(((await personal(mia)) as { decided: unknown[] }).decided.length, 1);
    await here.store.as('test').erase(address(olga));
    const left = (await personal(ann)) as { consents: { way: string }[] };
    assert.equal(left.consents[0]?.way, 'approved by a moderator');
    assert.doesNotMatch(JSON.stringify(left), /olga/);
    const overdue = (days: number) => here.store.people.overdue(here.time.now + days * dayMs);
    assert.equal((await overdue(61)) - (await overdue(58)), 2, 'decisions are remembered 60 days');
  });
});
