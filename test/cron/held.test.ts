import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clean } from '../../src/cron/clean.ts';
import { held } from '../../src/cron/held.ts';
import { runTask, type TaskReport } from '../../src/engine/cron.ts';
import type { Site } from '../../src/engine/site.ts';
import { removeTree } from '../../src/ground/disk.ts';
import { parseAddress } from '../../src/mail/address.ts';
import type { HeldPosting } from '../../src/model/held.ts';
import { type HeldSettings, heldDue } from '../../src/model/held-due.ts';
import { type EntryId, listId } from '../../src/model/ids.ts';
import type { Task } from '../../src/model/task.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { messageBy, putEntry } from '../engine/entries.ts';
import { letters, moderated } from '../engine/moderating.ts';
import { workAt } from '../engine/stopped.ts';
import { makeSite, type TestSite } from '../site.ts';

const dayMs = 86_400_000;
const start = 1_700_000_000_000;
const stranger = 'stranger@else.example';

type Stage = AsyncDisposable & {
  readonly made: TestSite;
  readonly site: Site;
  /** Maintenance after so many days, and all that comes of it; the letters written. */
  day(
    n: number,
    task?: Task,
  ): Promise<{ readonly report: TaskReport; readonly told: readonly string[] }>;
  postings(): number;
};

async function stage(settings: Readonly<Record<string, unknown>>): Promise<Stage> {
  const made = await makeSite();
  const list = await moderated(made, ['ann@m.example'], settings);
  const site = made.open();
  const owner = parseAddress('owner@m.example');
  assert(owner);
  await (await site.store()).as('test').addMember(list, 'owner', owner);
  await putEntry(site.spool.paths.root, {
    message: messageBy(stranger),
    sender: stranger,
    now: start,
  });
  await workAt(site, start);
  take(made, site);
  return {
    made,
    site,
    async day(n, task = held) {
      const now = start + n * dayMs;
      const report = await runTask(site, task, {
        now,
        dryRun: false,
        remark: async () => undefined,
      });
      await workAt(site, now);
      return { report, told: take(made, site) };
    },
    postings: () => [...waitingIn(site.spool, 'pipeline')].length,
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

/** The letters that wait, as `to: subject`; they are taken away. */
function take(made: TestSite, site: Site): string[] {
  const found = letters(made).map(({ to, subject }) => `${to}: ${subject}`);
  for (const { folder } of waitingIn(site.spool, 'virgin')) removeTree(site.spool.disk, folder);
  return found.sort();
}

const waits = 'cats: 1 waiting for a moderator';
const over = `${stranger}: Your message to cats@example.com was not distributed`;

describe('held postings in the course of time', () => {
  test('moderators are reminded, then owners as well, then it is over and the author told', async () => {
    await using on = await stage({ remindDays: 3, heldDays: 10 });
    assert.deepEqual((await on.day(1)).told, []);
    assert.deepEqual((await on.day(3)).told, [`ann@m.example: ${waits}`]);
    assert.deepEqual((await on.day(3)).told, [], 'twice is once');
    assert.deepEqual((await on.day(4)).told, []);
    assert.deepEqual((await on.day(6)).told, [
      `ann@m.example: ${waits}`,
      `owner@m.example: ${waits}`,
    ]);
    assert.deepEqual((await on.day(10)).told, [over]);
    assert.deepEqual([...parkedIn(on.site.spool, 'held')], []);
    assert.deepEqual((await on.day(30)).told, []);
  });

  test('a daily summary tells of all that is new, once', async () => {
    await using on = await stage({ moderatorNotices: 'daily', remindDays: 0 });
    assert.deepEqual((await on.day(1)).told, [`ann@m.example: ${waits}`]);
    assert.deepEqual((await on.day(2)).told, []);
  });

  test('the list may accept what nobody decided about', async () => {
    await using on = await stage({ heldDays: 2, heldAction: 'accept', remindDays: 0 });
    assert.deepEqual((await on.day(2)).told, []);
    assert.equal(on.postings(), 1);
  });

  test('a deferred posting is neither reminded of nor decided by time', async () => {
    await using on = await stage({ heldDays: 2, remindDays: 1 });
    const store = await on.site.store();
    const [list] = await store.held.lists();
    assert(list);
    const [posting] = await store.held.waiting(list);
    assert(posting);
    const until = start + 5 * dayMs;
    const change = { kind: 'deferred', list, entry: posting.id, until, by: 'ann' } as const;
    await store.apply([{ cause: 'test', changes: [change], fate: '' }], start);
    assert.deepEqual((await on.day(3)).told, []);
    assert.deepEqual((await on.day(6)).told, [over]);
  });

  test('a dry run says what would be done and does nothing', async () => {
    await using on = await stage({ heldDays: 2 });
    const said: string[] = [];
    await runTask(on.site, held, {
      now: start + 3 * dayMs,
      dryRun: true,
      remark: async (text) => void said.push(text),
    });
    assert.match(said.join('\n'), /would discard \S+ on cats\.example\.com: its time is over/);
    assert.equal([...parkedIn(on.site.spool, 'held')].length, 1);
  });

  test('nothing is thrown away before somebody has heard of it, also where only clean runs', async () => {
    await using on = await stage({ moderatorNotices: 'daily', heldDays: 0, remindDays: 0 });
    assert.deepEqual((await on.day(91, clean)).told, [`ann@m.example: ${waits}`]);
    assert.deepEqual((await on.day(92, clean)).told, [], 'he has time to decide');
    assert.equal([...parkedIn(on.site.spool, 'held')].length, 1);
    assert.deepEqual((await on.day(99, clean)).told, [over]);
    assert.equal([...parkedIn(on.site.spool, 'held')].length, 0);
  });

  for (const task of [held, clean]) {
    test(`a posting whose decision was cut off before it went on is set free by ${task.name}`, async () => {
      await using on = await stage({ heldDays: 0, remindDays: 0 });
      const store = await on.site.store();
      const [list] = await store.held.lists();
      assert(list);
      const [posting] = await store.held.waiting(list);
      assert(posting);
      const change = {
        kind: 'decided',
        list,
        entry: posting.id,
        decision: 'accept',
        reason: '',
        by: 'ann@m.example',
        two: false,
        seen: undefined,
      } as const;
      await store.apply([{ cause: 'test', changes: [change], fate: '' }], start);
      assert.equal(on.postings(), 0);
      await on.day(100, task);
      assert.equal(on.postings(), 1);
    });
  }
});

test('where moderators want no notices time only decides: there is no summary and no reminder', () => {
  const id = 'i1' as EntryId;
  const none = { quietUntil: 0, toldAt: 0, reminders: 0, minder: undefined, seconds: undefined };
  const list = listId('cats.example.com');
  const known = { id, list, author: stranger, subject: 'food', bytes: 1, reasons: [] };
  const one: HeldPosting = { ...known, ...none, since: start, decided: undefined };
  const counts = (moderatorNotices: HeldSettings['moderatorNotices'], days: number) => {
    const wanted = {
      moderatorNotices,
      remindDays: 3,
      heldDays: 30,
      heldAction: 'discard',
    } as const;
    const { fresh, late, over } = heldDue([one], wanted, start + days * dayMs);
    return [fresh.length, late.length, over.length];
  };
  assert.deepEqual(counts('daily', 4), [1, 0, 0]);
  assert.deepEqual(counts('at-once', 4), [0, 1, 0]);
  assert.deepEqual(counts('never', 4), [0, 0, 0]);
  assert.deepEqual(counts('never', 30), [0, 0, 1]);
});
