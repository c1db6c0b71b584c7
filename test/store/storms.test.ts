import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { book, bouncing, dayMs, failureOf, noon, standing } from './failing.ts';
import { type OpenedStore, opened, staged } from './opened.ts';

const many = (count: number, domain: string): string[] =>
  Array.from({ length: count }, (_, n) => `m${n}@${domain}`);

/** Fails of one mailing at one provider, and what the runner knows of its size. */
const blows = (who: readonly string[], mailing: string, peers: number, audience = 1000) =>
  who.map((one) => failureOf(one, { mailing, peers, audience }));

async function tally(at: OpenedStore, list: never): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { effect, failures } of await at.store.bounces.byCause(0, list)) {
    found[effect] = (found[effect] ?? 0) + failures;
  }
  return found;
}

describe('the storm guard', () => {
  test('takes back what was counted when one failure too many is alike, and holds what follows', async () => {
    await using at = await opened();
    const people = many(100, 'big.example');
    const list = await bouncing(at, people, { bounceThreshold: 1 });
    // 10 % of 100 and at least ten: the tenth is the one too many.
    await book(at, list, ...blows(people.slice(0, 9), 'mail1', 100));
    assert.equal((await standing(at, list, 'm0@big.example')).status, 'by-bounces');
    await book(at, list, ...blows(people.slice(9, 40), 'mail1', 100));
    for (const who of ['m0@big.example', 'm9@big.example', 'm20@big.example']) {
      const { score, status, effects } = await standing(at, list, who);
      assert.deepEqual([who, score, status, effects], [who, 0, 'enabled', ['held']]);
    }
    const [storm, ...others] = await at.store.bounces.storms(list);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [storm?.domain, storm?.cause, storm?.failures, storm?.of, storm?.state],
      ['big.example', 'dead', 40, 100, 'open'],
    );
    assert.deepEqual(
      storm?.samples.map(({ count, status, diagnostic }) => [count, status, diagnostic]),
      [[40, '5.1.1', '550 5.1.1 no such user']],
    );
  });

  test('a score from before the storm is as it was', async () => {
    await using at = await opened();
    const people = many(20, 'big.example');
    const list = await bouncing(at, people);
    await book(at, list, failureOf('m0@big.example', { peers: 20 }));
    at.time.now = noon + dayMs;
    await book(at, list, ...blows(people, 'mail2', 20));
    const { score, effects } = await standing(at, list, 'm0@big.example');
    assert.equal(score, 1);
    assert.deepEqual(effects, ['counted', 'held']);
    // The same day a failure of another kind and place counts again.
    await book(at, list, failureOf('m0@big.example', { cause: 'full', peers: 20 }));
    assert.equal((await standing(at, list, 'm0@big.example')).score, 1.5);
  });

  test('looks at whole mailings, too', async () => {
    await using at = await opened();
    const people = Array.from({ length: 60 }, (_, n) => `m@d${n}.example`);
    const list = await bouncing(at, people, { bounceThreshold: 1 });
    await book(at, list, ...blows(people.slice(0, 30), 'mail1', 1, 300));
    assert.deepEqual(await tally(at, list as never), { held: 30 });
    const [storm] = await at.store.bounces.storms(list);
    assert.deepEqual([storm?.domain, storm?.of], ['', 300]);
  });

  test('different causes, other providers and small numbers are no storm', async () => {
    await using at = await opened();
    const people = [...many(9, 'small.example'), ...many(100, 'big.example')];
    const list = await bouncing(at, people);
    await book(at, list, ...blows(people.slice(0, 9), 'mail1', 9));
    const causes = ['dead', 'full', 'unknown'] as const;
    const mixed = people
      .slice(9, 36)
      .map((who, n) =>
        failureOf(who, { mailing: 'mail1', peers: 100, cause: causes[n % 3] ?? 'dead' }),
      );
    await book(at, list, ...mixed);
    assert.deepEqual(await at.store.bounces.storms(list), []);
    assert.deepEqual(await tally(at, list as never), { counted: 36 });
  });

  test('is off at 0 percent', async () => {
    await using at = await opened();
    const people = many(20, 'big.example');
    const list = await bouncing(at, people, { bounceStormPercent: 0 });
    await book(at, list, ...blows(people, 'mail1', 20));
    assert.deepEqual(await tally(at, list as never), { counted: 20 });
  });

  test('an outage goes on in the next mailing until it was quiet for two days', async () => {
    await using at = await opened();
    const people = many(20, 'big.example');
    const list = await bouncing(at, people);
    await book(at, list, ...blows(people, 'mail1', 20));
    at.time.now = noon + dayMs;
    await book(at, list, ...blows(people.slice(0, 3), 'mail2', 20));
    assert.deepEqual(await tally(at, list as never), { held: 23 });
    at.time.now = noon + 4 * dayMs;
    await book(at, list, ...blows(people.slice(0, 3), 'mail3', 20));
    assert.deepEqual(await tally(at, list as never), { held: 23, counted: 3 });
  });

  test('tells of storms of our own making, which score nobody anyway', async () => {
    await using at = await opened();
    const people = many(20, 'big.example');
    const list = await bouncing(at, people);
    const refused = people.map((who) =>
      failureOf(who, { mailing: 'mail1', peers: 20, cause: 'dmarc', status: '5.7.26' }),
    );
    await book(at, list, ...refused);
    const { storms } = await at.store.bounces.care(list, noon);
    assert.deepEqual(
      storms.map(({ cause, failures }) => [cause, failures]),
      [['dmarc', 20]],
    );
  });
});

describe('a person decides about a storm', () => {
  const setUp = async (at: OpenedStore, settings = {}) => {
    const people = many(40, 'big.example');
    const list = await bouncing(at, people, settings);
    await book(at, list, ...blows(people.slice(0, 30), 'mail1', 40));
    const [storm] = await at.store.bounces.storms(list);
    assert(storm);
    return { list, people, storm: storm.seq };
  };

  test('dropped, it means nothing, nor does what still comes of it', async () => {
    await using at = await opened();
    const { list, people, storm } = await setUp(at);
    assert.equal(await at.store.bounces.dropStorm(storm, 'cli:x'), 30);
    await book(at, list, ...blows(people.slice(30), 'mail1', 40));
    assert.deepEqual(await tally(at, list as never), { dropped: 40 });
    assert.equal((await standing(at, list, 'm0@big.example')).score, 0);
    await assert.rejects(at.store.bounces.releaseStorm(storm, 'cli:x'), /is dropped already/);
  });

  test('released, it counts, and so does what still comes of it', async () => {
    await using at = await opened();
    const { list, people, storm } = await setUp(at, { bounceThreshold: 1 });
    assert.equal(await at.store.bounces.releaseStorm(storm, 'cli:x'), 30);
    await book(at, list, ...blows(people.slice(30), 'mail1', 40));
    assert.deepEqual(await tally(at, list as never), { released: 30, disabled: 10 });
    assert.equal((await standing(at, list, 'm0@big.example')).status, 'by-bounces');
    assert.equal((await standing(at, list, 'm35@big.example')).status, 'by-bounces');
    assert.equal(await at.store.bounces.releaseStorm(storm, 'cli:x'), 0);
  });

  test('who was removed meanwhile is not missed', async () => {
    await using at = await opened();
    const { list, storm } = await setUp(at);
    await at.store.as('x').removeMember(list, 'member', 'm3@big.example' as never);
    assert.equal(await at.store.bounces.releaseStorm(storm, 'cli:x'), 30);
  });
});

describe('an outage of a provider', () => {
  for (const [what, size, probe, mailing] of [
    ['40,000 members, each copy with its own return path', 40_000, false, 'mail'],
    ['reports that name no mailing', 4000, false, undefined],
    ['probes are taken back', 4000, true, 'mail'],
  ] as const) {
    test(`disables nobody: ${what}`, async () => {
      await using at = await opened();
      at.time.now = noon;
      const admin = at.store.as('test');
      const list = await admin.createList({ name: 'cats', domain: 'example.org' });
      await admin.changeSettings(list, [
        { name: 'bounceThreshold', value: probe ? 1 : 2 },
        { name: 'bounceProbe', value: probe },
      ]);
      const people = many(size, 'big.example');
      const stage = await at.store.stage(list, 'test');
      for (let n = 0; n < people.length; n += 10_000)
        stage.add(staged(people.slice(n, n + 10_000)));
      await stage.import(false);
      stage.close();
      // Two mailings on two days: the first alone would bring everybody to the edge.
      for (const day of [0, 1]) {
        at.time.now = noon + day * dayMs;
        const name = mailing && `${mailing}${day}`;
        for (let n = 0; n < people.length; n += 500) {
          const some = people
            .slice(n, n + 500)
            .map((who) =>
              failureOf(who, { mailing: name, proof: name ? 'recipient' : 'none', peers: size }),
            );
          await book(at, list, ...some);
        }
        const { probes } = await at.store.bounces.care(list, at.time.now);
        assert.deepEqual(probes, []);
        const again = await at.store.bounces.care(list, at.time.now);
        assert.deepEqual([again.disabled, again.warnings, again.removals], [[], [], []]);
      }
      let off = 0;
      for await (const { status } of at.store.members({ list, role: 'member' })) {
        if (status !== 'enabled') off += 1;
      }
      assert.equal(off, 0);
      let scored = 0;
      for await (const { score } of at.store.bounces.bouncers(list)) if (score > 0) scored += 1;
      assert.equal(scored, 0);
    });
  }
});
