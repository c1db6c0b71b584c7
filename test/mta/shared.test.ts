import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, nothingLearnt } from '../../src/mta/connection.ts';
import { usualOffers } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import {
  forever,
  handOver,
  handOverTo,
  relayOf,
  rendered,
  sharedDelivery,
  users,
} from './setting.ts';

const lockStep = usualOffers.filter((word) => word !== 'PIPELINING');

test('one transaction carries everybody, and the answer names them all at once', async () => {
  for (const offers of [usualOffers, lockStep]) {
    await using sink = await startSink({ keep: true, offers });
    const { ending, reports, words, left } = await handOverTo(
      sink,
      await sharedDelivery(users(500)),
    );
    assert.equal(ending.kind, 'done');
    assert.equal(left, 0);
    assert.equal(reports.length, 1);
    assert.equal(reports[0]?.answer.queueId, 'SINK');
    assert.deepEqual([...new Set(words)], ['delivered body 250']);
    const stats = sink.stats();
    assert.deepEqual([stats.messages, stats.distinct, stats.repeated], [1, 500, 0]);
    assert.equal(sink.messages[0]?.from, 'list-bounces@list.example');
  }
});

test('refused and deferred recipients are told apart, and the others get their mail', async () => {
  for (const offers of [usualOffers, lockStep]) {
    await using sink = await startSink({ offers });
    const delivery = await sharedDelivery(['a@5xx.example', 'b@y.example', 'c@4xx.example', 'd@y']);
    const { words, reports } = await handOverTo(sink, delivery);
    assert.deepEqual(words, [
      'refused rcpt 550',
      'delivered body 250',
      'deferred rcpt 451',
      'delivered body 250',
    ]);
    assert.equal(reports[0]?.answer.enhanced, '5.1.1');
  }
});

test('when all are refused nothing is sent, and the connection goes on', async () => {
  const unwanted354 = { stage: 'data', match: /./, reply: '354 whatever', times: 1 } as const;
  for (const offers of [usualOffers, lockStep]) {
    for (const rules of [[], [unwanted354]]) {
      await using sink = await startSink({ keep: true, offers, rules });
      await using connection = await connect(relayOf(sink), forever);
      const refused = await handOver(connection, await sharedDelivery(['a@5xx.x', 'b@4xx.x']));
      assert.equal(refused.ending.kind, 'done');
      assert.deepEqual(refused.words, ['refused rcpt 550', 'deferred rcpt 451']);
      const next = await handOver(connection, await sharedDelivery(['c@y.example']));
      assert.deepEqual(next.words, ['delivered body 250']);
      const bodies = sink.messages.filter((message) => message.to.length > 0);
      assert.equal(bodies.length, 1);
    }
  }
});

test('a null return path is <>', async () => {
  await using sink = await startSink({ keep: true });
  const delivery = await sharedDelivery(['a@y.example']);
  await handOverTo(sink, { ...delivery, envelope: { kind: 'shared', returnPath: null } });
  assert.match(sink.messages[0]?.mail ?? '', /^MAIL FROM:<> /);
});

test('452 at RCPT means this many: the rest goes in the next transactions', async () => {
  for (const [offers, count, sizes, excess] of [
    [usualOffers, 28, [20, 8], 8],
    [lockStep, 90, [20, 20, 20, 20, 10], 1],
  ] as const) {
    await using sink = await startSink({ keep: true, offers, maxRecipients: 20 });
    const { words, left } = await handOverTo(sink, await sharedDelivery(users(count)));
    assert.deepEqual([...new Set(words)], ['delivered body 250']);
    assert.equal(left, 0);
    const taken = sink.messages.map((message) => message.to.length);
    assert.deepEqual(taken, sizes);
    // The limit was learnt: nobody is asked for twice more than once.
    const asked = sink.commands.filter((line) => line.startsWith('RCPT')).length;
    assert.equal(asked, count + excess);
    assert.equal(sink.stats().repeated, 0);
  }
});

test('with far too many on the way, the limit is learnt for a new connection', async () => {
  await using sink = await startSink({ keep: true, maxRecipients: 20, maxErrors: 20 });
  const learnt = nothingLearnt();
  const delivery = await sharedDelivery(users(90));
  const first = await handOver(await connect(relayOf(sink), forever, learnt), delivery);
  assert.equal(first.ending.kind, 'spent');
  assert.equal(first.left, 90);
  assert.equal(learnt.rcptMax, 20);
  await using second = await connect(relayOf(sink), forever, learnt);
  const { words } = await handOver(second, delivery);
  assert.deepEqual([...new Set(words)], ['delivered body 250']);
  assert.equal(sink.messages.length, 5);
});

test('552 too many is the same, but a full mailbox concerns one recipient', async () => {
  const rules = [
    { stage: 'rcpt', match: /full@/, reply: '552 5.2.2 mailbox full' },
    { stage: 'rcpt', match: /busy@/, reply: '452 4.2.2 over quota' },
    { stage: 'rcpt', match: /third@/, reply: '552 too many recipients', times: 1 },
  ] as const;
  await using sink = await startSink({ keep: true, rules });
  const delivery = await sharedDelivery(['a@y', 'full@y', 'busy@y', 'third@y', 'b@y']);
  const { words } = await handOverTo(sink, delivery);
  assert.deepEqual(words, [
    'delivered body 250',
    'refused rcpt 552',
    'deferred rcpt 452',
    'delivered body 250',
    'delivered body 250',
  ]);
  assert.equal(sink.messages.length, 2);
});

test('452 to the first recipient is a deferral, not a wait without end', async () => {
  const rules = [{ stage: 'rcpt', match: /./, reply: '452 4.3.1 no space' }] as const;
  for (const offers of [usualOffers, lockStep]) {
    await using sink = await startSink({ offers, rules });
    const { words, ending } = await handOverTo(sink, await sharedDelivery(users(3)));
    assert.equal(ending.kind, 'done');
    assert.deepEqual([...new Set(words)], ['deferred rcpt 452']);
  }
});

test('LIMITS are obeyed: recipients and domains a transaction', async () => {
  await using sink = await startSink({
    keep: true,
    offers: [...usualOffers, 'LIMITS RCPTMAX=3 RCPTDOMAINMAX=2'],
  });
  const addresses = ['1@a', '2@a', '3@a', '4@a', '5@b', '6@c', '7@d'];
  const { words } = await handOverTo(sink, await sharedDelivery(addresses));
  assert.deepEqual([...new Set(words)], ['delivered body 250']);
  assert.deepEqual(
    sink.messages.map((message) => message.to.join(' ')),
    ['1@a 2@a 3@a', '4@a 5@b', '6@c 7@d'],
  );
});

test('our own limit of recipients counts as well', async () => {
  await using sink = await startSink({ keep: true });
  const options = { maxRecipientsPerTransaction: 4 };
  await handOverTo(sink, await sharedDelivery(users(10)), options);
  assert.deepEqual(
    sink.messages.map((message) => message.to.length),
    [4, 4, 2],
  );
});

test('MAIL, DATA and the body refused are about the message, and the connection goes on', async () => {
  for (const offers of [usualOffers, lockStep]) {
    for (const code of [450, 550]) {
      for (const stage of ['mail', 'data', 'body'] as const) {
        const rules = [{ stage, match: /./, reply: `${code} no`, times: 1 }];
        await using sink = await startSink({ offers, rules });
        await using connection = await connect(relayOf(sink), forever);
        const { words, ending } = await handOver(connection, await sharedDelivery(users(3)));
        assert.equal(ending.kind, 'done');
        const kind = code === 450 ? 'deferred' : 'refused';
        assert.deepEqual([...new Set(words)], [`${kind} ${stage} ${code}`]);
        const next = await handOver(connection, await sharedDelivery(users(2)));
        assert.deepEqual([...new Set(next.words)], ['delivered body 250'], `after ${stage}`);
      }
    }
  }
});

test('SIZE is said and obeyed: what is too large is not even offered', async () => {
  await using sink = await startSink({ keep: true, offers: ['PIPELINING', 'SIZE 100'] });
  const delivery = await sharedDelivery(['a@y']);
  const small = await handOverTo(sink, { ...delivery, message: await rendered('a: b\n\nc\n') });
  assert.deepEqual(small.words, ['delivered body 250']);
  assert.match(sink.messages[0]?.mail ?? '', / SIZE=11$/);
  const large = { ...delivery, message: await rendered(`a: b\n\n${'c\n'.repeat(50)}`) };
  const { words, reports } = await handOverTo(sink, large);
  assert.deepEqual(words, ['refused mail 552']);
  assert.equal(reports[0]?.answer.enhanced, '5.3.4');
  assert.equal(reports[0]?.answer.local, true);
  assert.equal(sink.stats().mails, 1);
});

test('8BITMIME is said for an eight-bit message, where it is offered', async () => {
  const delivery = await sharedDelivery(['a@y']);
  const eight = { ...delivery, message: await rendered('a: b\n\n\u00e9\n') };
  for (const [offers, wanted] of [
    [usualOffers, / BODY=8BITMIME/],
    [['PIPELINING'], /^MAIL FROM:<[^>]*>$/],
  ] as const) {
    await using sink = await startSink({ keep: true, offers });
    await handOverTo(sink, eight);
    assert.match(sink.messages[0]?.mail ?? '', wanted);
    await handOverTo(sink, delivery);
    assert.doesNotMatch(sink.messages[1]?.mail ?? '', /BODY/);
    assert.equal(sink.messages[0]?.bytes.toString(), 'a: b\r\n\r\n\u00e9\r\n');
  }
});

test('SMTPUTF8 is said for those who need it, and refuses only them where it is missing', async () => {
  const delivery = await sharedDelivery(['a@y', 'ü@y', 'b@y', 'c@bücher.example']);
  await using able = await startSink({ keep: true });
  const all = await handOverTo(able, delivery);
  assert.deepEqual([...new Set(all.words)], ['delivered body 250']);
  for (const message of able.messages) {
    const needed = message.to.some((address) => /[^ -~]/.test(address));
    assert.equal(/ SMTPUTF8/.test(message.mail), needed, message.to.join(' '));
  }
  await using unable = await startSink({ keep: true, offers: lockStep.slice(0, 2) });
  const { words, reports } = await handOverTo(unable, delivery);
  assert.deepEqual(words, [
    'delivered body 250',
    'refused rcpt 550',
    'delivered body 250',
    'delivered body 250',
  ]);
  assert.equal(reports[0]?.answer.enhanced, '5.6.7');
  assert.deepEqual(unable.messages[0]?.to, ['a@y', 'b@y', 'c@xn--bcher-kva.example']);
});

test('an address that would break out of its command is refused here', async () => {
  await using sink = await startSink({ keep: true });
  const delivery = await sharedDelivery(['a@y>\r\nRCPT TO:<evil@y', 'b@y']);
  const { words } = await handOverTo(sink, delivery);
  assert.deepEqual(words, ['refused rcpt 553', 'delivered body 250']);
  assert(!sink.commands.join('\n').includes('evil'));
});

test('XVERP is used where it is offered, and spelt out where it is not', async () => {
  const delivery = await sharedDelivery(['u@h.example', 'v@h.example']);
  const envelope = { kind: 'xverp', base: 'owner@list.example', delimiters: '' } as const;
  await using able = await startSink({ keep: true, offers: [...usualOffers, 'XVERP'] });
  await handOverTo(able, { ...delivery, envelope });
  assert.equal(able.messages.length, 1);
  assert.match(able.messages[0]?.mail ?? '', /^MAIL FROM:<owner@list.example> .* XVERP$|XVERP$/);
  await using unable = await startSink({ keep: true });
  await handOverTo(unable, { ...delivery, envelope });
  assert.deepEqual(
    unable.messages.map((message) => message.from),
    ['owner+u=h.example@list.example', 'owner+v=h.example@list.example'],
  );
});
