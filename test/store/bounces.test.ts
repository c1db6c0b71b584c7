import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { book, bouncing, dayMs, failureOf, noon, standing } from './failing.ts';
import { opened } from './opened.ts';

const ann = 'ann@example.net';
const bob = 'bob@example.net';

describe('a failure', () => {
  test('of a member is kept with its evidence and counts', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann]);
    await book(at, list, failureOf(ann, { mailing: 'mail1' }));
    const { score, status, events } = await standing(at, list, ann);
    assert.deepEqual([score, status], [1, 'enabled']);
    const [event] = events;
    assert(event);
    assert.equal(event.effect, 'counted');
    assert.equal(event.mailing, 'mail1');
    assert.equal(event.cause, 'dead');
    assert.equal(event.status, '5.1.1');
    assert.equal(event.diagnostic, '550 5.1.1 no such user');
    assert.equal(event.detector, 'dsn');
    assert.match(event.entry, /^e\d+\.0$/);
    assert.equal(event.at, noon);
  });

  test('counts once for a mailing and member, however often it comes', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann, bob]);
    for (const day of [0, 1, 2]) {
      at.time.now = noon + day * dayMs;
      await book(at, list, failureOf(ann, { mailing: 'mail1' }));
      await book(at, list, failureOf(bob, { mailing: undefined, proof: 'none', report: 'same' }));
    }
    assert.deepEqual((await standing(at, list, ann)).effects, ['counted']);
    assert.deepEqual((await standing(at, list, bob)).effects, ['counted']);
  });

  test('of a stranger is kept, and nothing comes of it', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann]);
    await book(at, list, failureOf('eve@example.net'));
    const [row] = await at.store.bounces.byCause(0, list);
    assert.equal(row?.effect, 'stranger');
  });

  test('knows the member by any of the names that the report has for him', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann]);
    await book(at, list, failureOf(ann, { addresses: ['ann@mailhost.example', ann] }));
    assert.equal((await standing(at, list, ann)).score, 1);
  });

  test('counts once a day, and is forgotten after days without another', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann]);
    await book(at, list, failureOf(ann), failureOf(ann));
    at.time.now = noon + dayMs;
    await book(at, list, failureOf(ann));
    assert.equal((await standing(at, list, ann)).score, 2);
    at.time.now = noon + 9 * dayMs;
    await book(at, list, failureOf(ann));
    const { score, effects } = await standing(at, list, ann);
    assert.equal(score, 1);
    assert.deepEqual(effects, ['counted', 'same-day', 'counted', 'counted']);
  });

  test('that is ours to mend scores nobody', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { bounceThreshold: 1 });
    for (const [day, cause] of (['policy', 'spam', 'dmarc', 'size'] as const).entries()) {
      at.time.now = noon + day * dayMs;
      await book(at, list, failureOf(ann, { cause, status: '5.7.1' }));
    }
    const { score, status, effects } = await standing(at, list, ann);
    assert.deepEqual([score, status], [0, 'enabled']);
    assert.deepEqual(effects, ['ours', 'ours', 'ours', 'ours']);
  });

  test('of a list that processes none is evidence and no more', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { bounceProcessing: false, bounceThreshold: 1 });
    await book(at, list, failureOf(ann));
    assert.deepEqual((await standing(at, list, ann)).effects, ['off']);
  });

  test('is traced by Message-ID to the posting, and so counts once', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann]);
    const accepted = {
      kind: 'accepted',
      list,
      posting: 'root1' as never,
      messageId: '<1@x>',
      author: 'x@x.example',
      subject: 'Food',
    } as const;
    await at.store.apply([{ cause: 'p.0', changes: [accepted], fate: '' }], noon);
    const lost = { mailing: undefined, proof: 'none', messageId: '<1@x>' } as const;
    await book(at, list, failureOf(ann, lost), failureOf(ann, { mailing: 'root1' }));
    const { events } = await standing(at, list, ann);
    assert.equal(events.length, 1);
    assert.deepEqual(
      [events[0]?.mailing, events[0]?.proof, events[0]?.subject],
      ['root1', 'message', 'Food'],
    );
  });
});

describe('on a list where each copy has its own return path', () => {
  test('what is not proven counts nothing', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { verp: 'always', bounceThreshold: 1 });
    await book(at, list, failureOf(ann, { proof: 'none', mailing: undefined }));
    const { status, effects } = await standing(at, list, ann);
    assert.equal(status, 'enabled');
    assert.deepEqual(effects, ['unproven']);
  });
});

describe('at the threshold', () => {
  test('delivery stops, with the reason, and what comes later changes nothing', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { bounceThreshold: 2 });
    for (const day of [0, 1, 2]) {
      at.time.now = noon + day * dayMs;
      await book(at, list, failureOf(ann));
    }
    const { status, effects } = await standing(at, list, ann);
    assert.equal(status, 'by-bounces');
    assert.deepEqual(effects, ['counted', 'disabled', 'residual']);
  });

  test('a probe is sent where the list wants one, and only its failure stops delivery', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { bounceThreshold: 1, bounceProbe: true });
    await book(at, list, failureOf(ann));
    assert.deepEqual((await standing(at, list, ann)).status, 'enabled');
    assert.equal((await at.store.bounces.care(list, at.time.now)).probes.length, 1);
    await book(at, list, failureOf(ann, { via: 'probe', mailing: 'p-1' }));
    const { status, effects } = await standing(at, list, ann);
    assert.equal(status, 'by-bounces');
    assert.deepEqual(effects, ['probed', 'disabled']);
    assert.equal((await at.store.bounces.care(list, at.time.now)).probes.length, 0);
  });

  test('who was stopped by someone else stays so', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { bounceThreshold: 1 });
    const key = (await at.store.memberships(list, ann as never))[0]?.key;
    assert(key);
    await at.store.as('test').changeMember(list, 'member', key, { status: 'by-member' });
    await book(at, list, failureOf(ann));
    const { status, effects } = await standing(at, list, ann);
    assert.equal(status, 'by-member');
    assert.deepEqual(effects, ['residual']);
  });

  test('a reset gives a clean slate, and the way to the evidence stays', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { bounceThreshold: 1 });
    await book(at, list, failureOf(ann));
    assert.deepEqual(await at.store.bounces.reset(list, ann as never, 'cli:x'), { enabled: true });
    const { status, score, effects } = await standing(at, list, ann);
    assert.deepEqual([status, score], ['enabled', 0]);
    assert.deepEqual(effects, ['disabled']);
  });
});

describe('a refusal by the MTA', () => {
  const refused = (list: string, member: number, cause: 'dead' | 'policy', mailing: string) =>
    ({
      kind: 'refused',
      list: list as never,
      mailing: mailing as never,
      refusals: [
        {
          address: ann,
          member,
          code: 550,
          enhanced: '5.1.1',
          text: 'no such user',
          failure: { status: '5.1.1', cause, audience: 1, peers: 1 },
        },
      ],
    }) as const;

  test('counts like a report, and the report of the same copy counts nothing', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann]);
    const [member] = await at.store.memberships(list, ann as never);
    const change = refused(list, member?.number ?? 0, 'dead', 'root7-p-m');
    await at.store.apply([{ cause: 'b.0', changes: [change], fate: '' }], noon);
    await book(at, list, failureOf(ann, { mailing: 'root7' }));
    const { score, events } = await standing(at, list, ann);
    assert.equal(score, 1);
    assert.deepEqual(
      events.map(({ via, proof, mailing }) => [via, proof, mailing]),
      [['refused', 'smtp', 'root7']],
    );
  });
});

describe('a complaint', () => {
  const complaint = (more = {}) =>
    failureOf(ann, { via: 'complaint', cause: 'spam', mailing: 'm1', ...more });

  for (const [action, status, effect] of [
    ['nothing', 'enabled', 'noted'],
    ['stop', 'by-owner', 'stopped'],
    ['remove', 'gone', 'removed'],
  ] as const) {
    test(`does what the setting says: ${action}`, async () => {
      await using at = await opened();
      const list = await bouncing(at, [ann], { complaintAction: action });
      await book(at, list, complaint());
      assert.equal((await standing(at, list, ann)).status, status);
      const { complaints } = await at.store.bounces.care(list, noon);
      assert.deepEqual(
        complaints.map((one) => [one.address, one.effect]),
        [[ann, effect]],
      );
    });
  }

  test('that does not prove to be about a copy of ours is only told', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { complaintAction: 'remove' });
    await book(at, list, complaint({ proof: 'none', mailing: undefined }));
    const { status, effects } = await standing(at, list, ann);
    assert.equal(status, 'enabled');
    assert.deepEqual(effects, ['noted']);
  });

  test('about a copy that bounced, too, is a second thing', async () => {
    await using at = await opened();
    const list = await bouncing(at, [ann], { complaintAction: 'nothing' });
    await book(at, list, failureOf(ann, { mailing: 'm1' }), complaint());
    assert.deepEqual((await standing(at, list, ann)).effects, ['counted', 'noted']);
  });
});
