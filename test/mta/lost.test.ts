import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/mta/connection.ts';
import { Untried } from '../../src/mta/delivery.ts';
import { type SinkStage, usualOffers } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import {
  eachDelivery,
  forever,
  handOver,
  handOverTo,
  lost,
  relayOf,
  sharedDelivery,
  users,
} from './setting.ts';

const lockStep = usualOffers.filter((word) => word !== 'PIPELINING');

test('a connection that breaks leaves those without an answer, and tells which are in doubt', async () => {
  type Case = readonly [stage: SinkStage, match: RegExp, inDoubt: readonly number[]];
  const cases: readonly Case[] = [
    ['mail', /\+3@/, []],
    ['rcpt', /user3@/, []],
    // Its message went out whole, and then nothing came back.
    ['body', /user3@/, [3]],
  ];
  for (const offers of [usualOffers, lockStep]) {
    for (const [stage, match, inDoubt] of cases) {
      for (const [reply, trouble] of [
        ['drop', 'closed'],
        ['421 4.3.2 going down', 'busy'],
      ] as const) {
        await using sink = await startSink({ offers, rules: [{ stage, match, reply }] });
        const handed = await handOverTo(sink, await eachDelivery(users(6)));
        assert.deepEqual(lost(handed.ending), { trouble, inFlight: inDoubt }, `${stage} ${reply}`);
        const answered = handed.words.filter((word) => word === 'delivered body 250').length;
        // Dropped in the middle of the replies to one write, the sink may not have sent them.
        assert(answered <= 3 && answered >= 2, `${answered} answered`);
        assert.equal(handed.left + answered + inDoubt.length, 6);
        assert.equal(
          sink.stats().distinct,
          answered,
          `${stage} ${reply} ${[...sink.pairs.keys()]}`,
        );
      }
    }
  }
});

test('in a shared transaction the same: nobody is guessed', async () => {
  for (const [stage, inDoubt] of [
    ['mail', 0],
    ['rcpt', 0],
    ['data', 0],
    ['body', 3],
  ] as const) {
    await using sink = await startSink({ rules: [{ stage, match: /./, reply: 'drop' }] });
    const { ending, words, left } = await handOverTo(sink, await sharedDelivery(users(3)));
    assert.equal(lost(ending).inFlight.length, inDoubt, stage);
    assert.deepEqual([...new Set(words)], [undefined]);
    assert.equal(left, 3 - inDoubt);
  }
});

test('those whose transaction broke off come last when it is tried again', async () => {
  await using sink = await startSink({
    keep: true,
    rules: [{ stage: 'rcpt', match: /user0@/, reply: '421 4.7.0 never', times: 1 }],
  });
  const delivery = await eachDelivery(users(3));
  const untried = Untried.all(delivery);
  for (let tries = 0; untried.size > 0 && tries < 2; tries++) {
    await using connection = await connect(relayOf(sink), forever);
    await connection.deliver(delivery, untried, () => {}, forever);
  }
  assert.deepEqual(
    sink.messages.map((message) => message.to[0]),
    ['user1@y.example', 'user2@y.example', 'user0@y.example'],
  );
});

test('silence ends by the time-out of its stage', async () => {
  const timeouts = { commandMs: 60, dataMs: 60, dotMs: 60 };
  for (const offers of [usualOffers, lockStep]) {
    for (const stage of ['mail', 'rcpt', 'data', 'body'] as const) {
      const rules = [{ stage, match: /./, reply: 'silence' }];
      await using sink = await startSink({ offers, rules });
      const { ending, left } = await handOverTo(sink, await sharedDelivery(['a@y']), { timeouts });
      const { trouble, inFlight } = lost(ending);
      assert.equal(trouble, 'timeout', stage);
      assert.deepEqual(inFlight, stage === 'body' ? [0] : []);
      assert.equal(left, stage === 'body' ? 0 : 1);
    }
  }
  await using mute = await startSink({
    rules: [{ stage: 'connect', match: /^/, reply: 'silence' }],
  });
  const relay = relayOf(mute, { timeouts: { greetingMs: 60 } });
  await assert.rejects(connect(relay, forever), { trouble: 'timeout' });
});

test('whoever cannot be connected to is refused or busy', async () => {
  const sink = await startSink();
  const relay = relayOf(sink);
  await sink.close();
  await assert.rejects(connect(relay, forever), { trouble: 'refused' });
  const rules = [{ stage: 'connect', match: /^/, reply: '421 4.3.2 too many of you' }] as const;
  await using full = await startSink({ rules });
  await assert.rejects(connect(relayOf(full), forever), { trouble: 'busy' });
  const drop = [{ stage: 'connect', match: /^/, reply: 'drop' }] as const;
  await using rude = await startSink({ rules: drop });
  await assert.rejects(connect(relayOf(rude), forever), { trouble: 'closed' });
  const hangUp = [{ stage: 'ehlo', match: /./, reply: 'drop' }] as const;
  await using curt = await startSink({ rules: hangUp });
  await assert.rejects(connect(relayOf(curt), forever), { trouble: 'closed' });
  await assert.rejects(connect(relayOf(full), AbortSignal.abort()), { trouble: 'aborted' });
});

test('an abort ends a greeting that does not come', async () => {
  await using mute = await startSink({
    rules: [{ stage: 'connect', match: /^/, reply: 'silence' }],
  });
  const stop = new AbortController();
  const connecting = connect(relayOf(mute), stop.signal);
  setImmediate(() => stop.abort());
  await assert.rejects(connecting, { trouble: 'aborted' });
});

test('an unused connection is closed with QUIT after its time', async () => {
  await using sink = await startSink({ keep: true });
  const connection = await connect(relayOf(sink, { timeouts: { idleMs: 30 } }), forever);
  const { words } = await handOver(connection, await sharedDelivery(['a@y']));
  assert.deepEqual(words, ['delivered body 250']);
  while (connection.open) await new Promise((resolve) => setImmediate(resolve));
  await connection.close();
  assert.equal(sink.commands.at(-1), 'QUIT');
  const late = await handOver(connection, await sharedDelivery(['a@y']));
  assert.equal(lost(late.ending).trouble, 'closed');
  assert.equal(late.left, 1);
});

test('a server that hangs up on an idle connection is noticed', async () => {
  await using sink = await startSink();
  const connection = await connect(relayOf(sink), forever);
  sink.dropAll();
  while (connection.open) await new Promise((resolve) => setImmediate(resolve));
  const { ending, left } = await handOver(connection, await sharedDelivery(['a@y']));
  assert.equal(lost(ending).trouble, 'closed');
  assert.equal(left, 1);
});

test('a server that hangs up at QUIT has taken what it took', async () => {
  await using sink = await startSink({ rules: [{ stage: 'quit', match: /./, reply: 'drop' }] });
  const connection = await connect(relayOf(sink), forever);
  const { words } = await handOver(connection, await sharedDelivery(['a@y', 'b@y']));
  assert.deepEqual([...new Set(words)], ['delivered body 250']);
  await connection.close();
  assert.equal(sink.stats().distinct, 2);
});

test('a server that only knows HELO gets plain SMTP', async () => {
  await using sink = await startSink({ keep: true, plain: true });
  const { words } = await handOverTo(sink, await sharedDelivery(['a@y', 'b@y']));
  assert.deepEqual([...new Set(words)], ['delivered body 250']);
  assert.equal(sink.messages[0]?.mail, 'MAIL FROM:<list-bounces@list.example>');
});
