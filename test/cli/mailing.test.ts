import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { ProgressLog } from '../../src/spool/progress.ts';
import { putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { type Sink, startSink } from '../sink.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

const members = 20;

type Opened = AsyncDisposable & {
  readonly made: TestSite;
  readonly site: Site;
  readonly sink: Sink;
  /** The id of the mailing, of which a first slice is cut. */
  readonly id: string;
};

/** A posting of which five of twenty recipients are cut into a batch, and none is handed over. */
async function begun(): Promise<Opened> {
  const sink = await startSink();
  const made = await makeSite(
    `[outgoing]\nbatchRecipients = 5\nsliceRecipients = 5\n[[relay]]\nport = ${sink.port}\n`,
  );
  await makeList(made, 'cats@example.com', members);
  const site = made.open();
  const root = await putEntry(site.paths.spool, { now: Date.now() });
  await workAt(site, Date.now(), ['incoming', 'pipeline']);
  return {
    made,
    site,
    sink,
    id: `${root}-p-m`,
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
      await sink.close();
    },
  };
}

const json = async (made: TestSite, ...args: string[]) =>
  JSON.parse((await say(made, 'mailing', ...args, '--json')).out);

describe('a mailing', () => {
  test('is shown with its progress, and by the id of its posting', async () => {
    await using on = await begun();
    const { made, site, sink, id } = on;
    assert.deepEqual(await json(made, 'ls'), []);
    await workAt(site, Date.now(), ['mailing', 'outgoing']);
    assert.equal(sink.stats().distinct, members);
    assert.deepEqual(await json(made, 'ls'), []);
    const shown = await json(made, 'show', id.split('-')[0] ?? '');
    const { state, delivered, subject, course } = shown;
    assert.deepEqual([shown.id, state, delivered, subject], [id, 'done', members, 'food']);
    assert.equal(course.share, 1);
    assert.match((await say(made, 'mailing', 'ls', '--all')).out, /done +20 +20/);
    assert.match((await say(made, 'mailing', 'show', id)).out, /^state +done$/m);
  });

  test('is shown with what became of copies in batches that are in hand', async () => {
    await using on = await begun();
    const { made, site, id } = on;
    await workAt(site, Date.now(), ['mailing']);
    const [place] = waitingIn(site.spool, 'outgoing');
    assert(place?.kind === 'waiting');
    await site.spool.ensureWorker('outgoing', 'test-1');
    const claim = site.spool.claim('outgoing', 'test-1', place.name);
    assert(claim);
    const progress = new ProgressLog(site.spool.disk, claim.folder, 1);
    progress.delivered(0, 2, 'A1', 'main');
    progress.refused(3, { code: 550, enhanced: '5.1.1', text: 'no such user', relay: 'main' });
    progress.write();
    progress.close();
    const { delivered, refused, course } = await json(made, 'show', id);
    assert.deepEqual([delivered, refused, course.share], [3, 1, 4 / members]);
  });

  test('of which the rest was told to come later says when that is, and not how long it takes', async () => {
    await using sink = await startSink();
    await using made = await makeSite(`[[relay]]\nport = ${sink.port}\n`);
    await makeList(made, 'cats@example.com', ['m1@d0.example', 'm2@4xx.example']);
    const site = made.open();
    await putEntry(site.paths.spool, { now: Date.now() });
    await workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing', 'outgoing']);
    await site.close();
    assert.equal(sink.stats().distinct, 1);
    const [row] = await json(made, 'ls');
    assert.deepEqual([row.state, row.course.leftMs], ['running', undefined]);
    assert(row.nextTry > Date.now(), String(row.nextTry));
    assert.match((await say(made, 'mailing', 'ls')).out, / 50 %, next try \d{4}-\d\d-\d\d /);
  });

  test('that is paused rests where it is, and goes on when it is resumed', async () => {
    await using on = await begun();
    const { made, site, sink, id } = on;
    const store = await site.store();
    // The first slice; what is cut of it waits in outgoing.
    await workAt(site, Date.now() - 1, ['mailing']).catch(() => undefined);
    await store.mailings.command(id, 'pause', 'test');
    await workAt(site, Date.now(), ['mailing', 'outgoing']);
    assert.equal(sink.stats().distinct, 0);
    const waiting = [...waitingIn(site.spool, 'mailing'), ...waitingIn(site.spool, 'outgoing')];
    assert(waiting.length > 0);
    for (const place of waiting) assert(place.kind === 'waiting' && place.name.due > Date.now());
    const { out } = await say(made, 'mailing', 'resume', id);
    assert.equal(out, `${id} goes on.\n`);
    await workAt(site, Date.now(), ['mailing', 'outgoing']);
    assert.equal(sink.stats().distinct, members);
    assert.equal(sink.stats().repeated, 0);
  });

  test('rests in the quiet hours of its list, and goes on when they are over', async () => {
    await using on = await begun();
    const { made, site, sink, id } = on;
    await workAt(site, Date.now(), ['mailing']);
    await quiet(site, -60, 60);
    await workAt(site, Date.now(), ['outgoing']);
    assert.equal(sink.stats().distinct, 0);
    const [row] = await json(made, 'ls');
    assert.equal(row.state, 'quiet');
    assert(row.restsUntil > Date.now(), row.restsUntil);
    assert.match((await say(made, 'mailing', 'ls')).out, /0 %, rests until \d/);
    await quiet(site, 60, 120);
    await workAt(site, row.restsUntil, ['mailing', 'outgoing']);
    assert.equal(sink.stats().distinct, members);
    assert.equal((await json(made, 'show', id)).state, 'done');
  });

  test('that rests in quiet hours goes on in them where a person resumes it', async () => {
    await using on = await begun();
    const { made, site, sink, id } = on;
    await workAt(site, Date.now(), ['mailing']);
    await quiet(site, -60, 60);
    await workAt(site, Date.now(), ['outgoing']);
    assert.equal(sink.stats().distinct, 0);
    await say(made, 'mailing', 'resume', id);
    await workAt(site, Date.now(), ['mailing', 'outgoing']);
    assert.equal(sink.stats().distinct, members);
    assert.equal(sink.stats().repeated, 0);
  });

  test('that is cancelled ends: what waits is not sent, and the books say so', async () => {
    await using on = await begun();
    const { made, site, sink, id } = on;
    await workAt(site, Date.now(), ['mailing']);
    const refused = await say(made, 'mailing', 'cancel', id);
    assert.equal(refused.code, 64);
    assert.match(refused.err, /Say --yes/);
    const { out } = await say(made, 'mailing', 'cancel', id, '--yes');
    assert.equal(out, `${id} ends here.\n`);
    assert.equal((await json(made, 'ls'))[0].state, 'cancelling');
    await workAt(site, Date.now(), ['mailing', 'outgoing']);
    assert.equal(sink.stats().distinct, 0);
    const { state, cancelled, batchesDone, batches } = await json(made, 'show', id);
    assert.deepEqual([state, cancelled, batchesDone], ['cancelled', members, batches]);
    assert.deepEqual([...waitingIn(site.spool, 'outgoing')], []);
    const traced = await say(made, 'trace', id.split('-')[0] ?? '');
    assert.match(traced.out, /cancelled: 20 of 20 were not sent to/);
    const over = await say(made, 'mailing', 'pause', id);
    assert.match(over.err, /is cancelled/);
  });

  test('that nobody knows is not there', async () => {
    await using on = await begun();
    const { code, err } = await say(on.made, 'mailing', 'show', 'nobody');
    assert.equal(code, 66);
    assert.match(err, /no mailing nobody/);
  });
});

/** Makes the list quiet from so many minutes from now on, until so many. */
async function quiet(site: Site, from: number, to: number): Promise<void> {
  const at = (minutes: number) =>
    new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);
  const admin = (await site.store()).as('test');
  const list = await (await site.store()).listAt('cats', 'example.com');
  assert(list);
  await admin.changeSettings(list.id, [{ name: 'quietHours', value: `${at(from)}-${at(to)}` }]);
}
