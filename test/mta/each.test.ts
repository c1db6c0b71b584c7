import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/mta/connection.ts';
import { Untried } from '../../src/mta/delivery.ts';
import type { Answer } from '../../src/mta/types.ts';
import { usualOffers } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import {
  eachDelivery,
  forever,
  handOver,
  handOverTo,
  relayOf,
  rendered,
  users,
} from './setting.ts';

const lockStep = usualOffers.filter((word) => word !== 'PIPELINING');

test('everybody gets a copy of their own under a return path of their own', async () => {
  for (const offers of [usualOffers, lockStep]) {
    await using sink = await startSink({ keep: true, offers });
    const addresses = users(200);
    const { words, reports, ending } = await handOverTo(sink, await eachDelivery(addresses));
    assert.equal(ending.kind, 'done');
    assert.equal(reports.length, 200);
    assert.deepEqual([...new Set(words)], ['delivered body 250']);
    assert.equal(sink.messages.length, 200);
    for (const [i, message] of sink.messages.entries()) {
      assert.deepEqual(message.to, [addresses[i]]);
      assert.equal(message.from, `list-bounces+${i}@list.example`);
      const text = `Message-ID: <m@list.example>\r\nTo: <${addresses[i]}>\r\n\r\nHello\r\n`;
      assert.equal(message.bytes.toString(), text);
      assert.match(message.mail, new RegExp(` SIZE=${text.length}$`));
    }
  }
});

test('a refusal at any stage concerns one recipient, wherever it comes in the row', async () => {
  const rules = [
    { stage: 'mail', match: /\+2@/, reply: '550 5.7.1 no' },
    { stage: 'body', match: /user5@/, reply: '554 5.7.1 spam' },
    { stage: 'body', match: /user7@/, reply: '451 4.3.0 later' },
  ] as const;
  for (const offers of [usualOffers, lockStep]) {
    await using sink = await startSink({ keep: true, offers, rules });
    const addresses = [...users(9)];
    addresses[0] = 'first@5xx.example';
    addresses[4] = 'x@4xx.example';
    addresses[8] = 'last@5xx.example';
    const { words, ending } = await handOverTo(sink, await eachDelivery(addresses));
    assert.equal(ending.kind, 'done');
    assert.deepEqual(words, [
      'refused rcpt 550',
      'delivered body 250',
      'refused mail 550',
      'delivered body 250',
      'deferred rcpt 451',
      'refused body 554',
      'delivered body 250',
      'deferred body 451',
      'refused rcpt 550',
    ]);
  }
});

test('DATA refused once is one answer', async () => {
  for (const offers of [usualOffers, lockStep]) {
    const rules = [{ stage: 'data', match: /./, reply: '451 4.3.0 later', times: 1 }] as const;
    await using sink = await startSink({ offers, rules });
    const { words } = await handOverTo(sink, await eachDelivery(users(3)));
    assert.deepEqual(words, ['deferred data 451', 'delivered body 250', 'delivered body 250']);
  }
});

test('a 354 for nobody is ended by a lone dot, and the next recipient gets whole mail', async () => {
  const rules = [{ stage: 'data', match: /./, reply: '354 go on' }] as const;
  for (const offers of [usualOffers, lockStep]) {
    await using sink = await startSink({ keep: true, offers, rules });
    const addresses = ['a@5xx.example', 'b@y.example', 'c@5xx.example', 'd@y.example'];
    const { words } = await handOverTo(sink, await eachDelivery(addresses));
    assert.deepEqual(words, [
      'refused rcpt 550',
      'delivered body 250',
      'refused rcpt 550',
      'delivered body 250',
    ]);
    const taken = sink.messages.filter((message) => message.to.length > 0);
    assert.deepEqual(
      taken.map((message) => message.to[0]),
      ['b@y.example', 'd@y.example'],
    );
    for (const message of taken) assert.match(message.bytes.toString(), /Hello\r\n$/);
  }
});

test('each answer is reported before the next message is finished', async () => {
  await using sink = await startSink({ keep: true });
  await using connection = await connect(relayOf(sink), forever);
  const delivery = await eachDelivery(users(50));
  const lags: number[] = [];
  let answered = 0;
  const onAnswer = (_indexes: readonly number[], _answer: Answer): void => {
    answered++;
    lags.push(sink.messages.length - answered);
  };
  await connection.deliver(delivery, Untried.all(delivery), onAnswer, forever);
  assert.equal(answered, 50);
  assert(Math.max(...lags) <= 1, `lags ${lags.join(' ')}`);
});

test('several connections share one delivery, and nobody is served twice', async () => {
  await using sink = await startSink();
  const delivery = await eachDelivery(users(300));
  const untried = Untried.all(delivery);
  let answered = 0;
  const endings = await Promise.all(
    [1, 2, 3].map(async () => {
      await using connection = await connect(relayOf(sink), forever);
      const count = (indexes: readonly number[]): void => {
        answered += indexes.length;
      };
      return await connection.deliver(delivery, untried, count, forever);
    }),
  );
  assert.deepEqual(
    endings.map((ending) => ending.kind),
    ['done', 'done', 'done'],
  );
  assert.equal(answered, 300);
  const stats = sink.stats();
  assert.deepEqual([stats.connections, stats.distinct, stats.repeated], [3, 300, 0]);
});

test('a connection carries as many messages as it may, then says so and goodbye', async () => {
  for (const [options, offers] of [
    [{ maxMessagesPerConnection: 4 }, usualOffers],
    [{}, [...usualOffers, 'LIMITS MAILMAX=4']],
    [{ maxMessagesPerConnection: 4 }, lockStep],
  ] as const) {
    await using sink = await startSink({ keep: true, offers });
    const connection = await connect(relayOf(sink, options), forever);
    const { ending, words, left } = await handOver(connection, await eachDelivery(users(6)));
    assert.equal(ending.kind, 'spent');
    assert.equal(words.filter((word) => word === 'delivered body 250').length, 4);
    assert.equal(left, 2);
    assert.equal(connection.open, false);
    assert.equal(sink.commands.at(-1), 'QUIT');
    assert.equal(sink.stats().mails, 4);
  }
});

test('on abort what is begun is ended, and nothing new is begun', async () => {
  await using sink = await startSink();
  await using connection = await connect(relayOf(sink), forever);
  const delivery = await eachDelivery(users(100));
  const untried = Untried.all(delivery);
  const stop = new AbortController();
  let answered = 0;
  const onAnswer = (): void => {
    if (++answered === 10) stop.abort();
  };
  const ending = await connection.deliver(delivery, untried, onAnswer, stop.signal);
  assert.equal(ending.kind, 'stopped');
  assert.equal(answered + untried.size, 100);
  assert(untried.size >= 88);
  assert.equal(sink.stats().distinct, answered);
  const rest = await connection.deliver(delivery, untried, onAnswer, forever);
  assert.equal(rest.kind, 'done');
  assert.equal(sink.stats().repeated, 0);
});

test('a value outside ASCII makes that copy eight-bit', async () => {
  await using sink = await startSink({ keep: true });
  const delivery = await eachDelivery(['a@y', 'b@y']);
  await handOverTo(sink, {
    ...delivery,
    message: await rendered('To: {mark-0123456789:name}\n\n', ['name']),
    envelope: {
      kind: 'each',
      returnPath: () => null,
      values: (index) => [index === 0 ? 'Zoe' : 'Zoë'],
    },
  });
  assert.doesNotMatch(sink.messages[0]?.mail ?? '', /8BITMIME/);
  assert.match(sink.messages[1]?.mail ?? '', /8BITMIME/);
});

test('an error of the caller ends the connection and comes back to the caller', async () => {
  await using sink = await startSink();
  const connection = await connect(relayOf(sink), forever);
  const delivery = await eachDelivery(users(5));
  const full = new Error('no space for the progress line');
  await assert.rejects(
    connection.deliver(
      delivery,
      Untried.all(delivery),
      () => {
        throw full;
      },
      forever,
    ),
    full,
  );
  assert.equal(connection.open, false);
});
