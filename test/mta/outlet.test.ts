import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Delivery, Untried } from '../../src/mta/delivery.ts';
import { Outlet, type Sent } from '../../src/mta/outlet.ts';
import type { Answer, RelaySettings } from '../../src/mta/types.ts';
import { type Sink, startSink } from '../sink.ts';
import { eachDelivery, forever, relayOf, sharedDelivery, users } from './setting.ts';

/** A clock that stands still until it is moved. */
type StoppedClock = { ms: number };

function outletTo(
  sinks: readonly Sink[],
  connections = 2,
  clock: StoppedClock = { ms: 0 },
): Outlet {
  const relays = sinks.map((sink) => ({ relay: relayOf(sink), weight: 1 }));
  return new Outlet(relays, connections, () => clock.ms);
}

type Posted = { readonly sent: Sent; readonly left: number; readonly delivered: number };

async function post(outlet: Outlet, delivery: Delivery, signal = forever): Promise<Posted> {
  const untried = Untried.all(delivery);
  let delivered = 0;
  const onSent = (indexes: readonly number[], answer: Answer): void => {
    if (answer.kind === 'delivered') delivered += indexes.length;
  };
  const sent = await outlet.send(delivery, untried, onSent, signal);
  return { sent, left: untried.size, delivered };
}

test('connections are kept from delivery to delivery, and no more than allowed', async () => {
  await using sink = await startSink();
  await using outlet = outletTo([sink], 3);
  for (let i = 0; i < 5; i++) {
    const { sent, delivered } = await post(outlet, await eachDelivery(users(60)));
    assert.equal(sent.end.kind, 'done');
    assert.equal(delivered, 60);
  }
  assert(sink.stats().connections <= 3);
  assert.equal(sink.stats().messages, 300);
});

test('deliveries side by side share the connections', async () => {
  await using sink = await startSink({ delayMs: 1 });
  await using outlet = outletTo([sink], 2);
  const delivery = await sharedDelivery(users(10));
  const all = await Promise.all(Array.from({ length: 12 }, () => post(outlet, delivery)));
  assert(all.every(({ sent, delivered }) => sent.end.kind === 'done' && delivered === 10));
  assert.equal(sink.stats().messages, 12);
  assert.equal(sink.stats().connections, 2);
});

test('a server that hangs up after some messages is connected to again and again', async () => {
  for (const options of [{ maxMessagesPerConnection: 7 }, {}]) {
    const limits = options.maxMessagesPerConnection ? {} : { messagesPerConnection: 7 };
    await using sink = await startSink(limits);
    const relays = [{ relay: relayOf(sink, options), weight: 1 }];
    await using outlet = new Outlet(relays, 2, () => 0);
    const { sent, delivered } = await post(outlet, await eachDelivery(users(100)));
    assert.deepEqual(sent, { end: { kind: 'done' }, inFlight: [] });
    assert.equal(delivered, 100);
    assert.equal(sink.stats().repeated, 0);
    assert.equal(sink.stats().distinct, 100);
  }
});

test('when one relay is down the other takes all', async () => {
  const dead = await startSink();
  await using alive = await startSink();
  const relays = [dead, alive].map((sink) => ({ relay: relayOf(sink), weight: 1 }));
  await dead.close();
  await using outlet = new Outlet(relays, 4, () => 0);
  const { sent, delivered } = await post(outlet, await eachDelivery(users(40)));
  assert.equal(sent.end.kind, 'done');
  assert.equal(delivered, 40);
  assert.equal(outlet.pausedUntil, undefined);
});

test('when all are down nothing moves, and it goes on when they are back', async () => {
  const rules = [{ stage: 'connect', match: /^/, reply: '421 4.3.2 not now', times: 2 }] as const;
  await using sink = await startSink({ rules });
  const clock = { ms: 5000 };
  await using outlet = outletTo([sink], 1, clock);
  const delivery = await sharedDelivery(users(5));
  const first = await post(outlet, delivery);
  assert(first.sent.end.kind === 'paused');
  assert.equal(first.sent.end.until, 6000);
  assert.equal(first.sent.end.why.trouble, 'busy');
  assert.equal(first.left, 5);
  const meanwhile = await post(outlet, delivery);
  assert.equal(meanwhile.left, 5);
  assert.equal(sink.stats().connections, 1, 'a relay that is down is left alone');
  clock.ms = 6000;
  const second = await post(outlet, delivery);
  assert(second.sent.end.kind === 'paused');
  assert.equal(second.sent.end.until, 8000);
  clock.ms = 8000;
  const third = await post(outlet, delivery);
  assert.equal(third.sent.end.kind, 'done');
  assert.equal(third.delivered, 5);
  assert.equal(outlet.pausedUntil, undefined);
});

test('a relay that only ever hangs up is down, not tried without end', async () => {
  const rules = [{ stage: 'mail', match: /./, reply: 'drop' }] as const;
  await using sink = await startSink({ rules });
  await using outlet = outletTo([sink], 4);
  const { sent, left } = await post(outlet, await eachDelivery(users(20)));
  assert.equal(sent.end.kind, 'paused');
  assert.equal(left, 20);
  assert(sink.stats().connections <= 4);
});

test('the spare gives way when the first relay is back', async () => {
  const rules = [{ stage: 'connect', match: /^/, reply: '421 no', times: 1 }] as const;
  await using first = await startSink({ rules });
  await using spare = await startSink();
  const clock = { ms: 0 };
  const relays = [
    { relay: relayOf(first), weight: 1 },
    { relay: relayOf(spare), weight: 0 },
  ];
  await using outlet = new Outlet(relays, 1, () => clock.ms);
  const delivery = await sharedDelivery(users(3));
  await post(outlet, delivery);
  await post(outlet, delivery);
  assert.deepEqual([first.stats().messages, spare.stats().messages], [0, 2]);
  clock.ms = 1000;
  await post(outlet, delivery);
  assert.deepEqual([first.stats().messages, spare.stats().messages], [1, 2]);
});

test('those in doubt are named, across all connections', async () => {
  const rules = [{ stage: 'body', match: /user7@/, reply: 'drop' }] as const;
  await using sink = await startSink({ rules });
  await using outlet = outletTo([sink], 3);
  const { sent, delivered } = await post(outlet, await eachDelivery(users(30)));
  assert.equal(sent.end.kind, 'done');
  assert.deepEqual(sent.inFlight, [7]);
  assert.equal(delivered, 29);
});

test('an error of the caller stops all connections, and comes back once', async () => {
  await using sink = await startSink();
  await using outlet = outletTo([sink], 3);
  const delivery = await eachDelivery(users(300));
  let calls = 0;
  const onSent = (_indexes: readonly number[], _answer: Answer, relay: RelaySettings): void => {
    assert.equal(relay.name, `sink:${sink.port}`);
    if (++calls === 20) throw new Error('disk full');
  };
  await assert.rejects(outlet.send(delivery, Untried.all(delivery), onSent, forever), /disk full/);
  const after = calls;
  // Each of the others ends what it has begun: one message sent, one announced.
  assert(after <= 24, `${after} reports`);
  const { delivered } = await post(outlet, await sharedDelivery(users(3)));
  assert.equal(delivered, 3, 'the outlet itself is unharmed');
  assert.equal(calls, after);
});

test('on abort it stops, and says how many are left', async () => {
  await using sink = await startSink();
  await using outlet = outletTo([sink], 2);
  const stop = new AbortController();
  const delivery = await eachDelivery(users(200));
  const untried = Untried.all(delivery);
  let delivered = 0;
  const onSent = (): void => {
    if (++delivered === 30) stop.abort();
  };
  const { end } = await outlet.send(delivery, untried, onSent, stop.signal);
  assert.equal(end.kind, 'stopped');
  assert.equal(delivered + untried.size, 200);
  assert.equal(sink.stats().distinct, delivered);
});

test('a server that counts errors gets no more recipients than it takes', async () => {
  await using sink = await startSink({ keep: true, maxRecipients: 40, maxErrors: 20 });
  await using outlet = outletTo([sink], 1);
  for (let i = 0; i < 2; i++) {
    const { sent, delivered } = await post(outlet, await sharedDelivery(users(500)));
    assert.deepEqual(sent, { end: { kind: 'done' }, inFlight: [] });
    assert.equal(delivered, 500);
  }
  // One connection was given up to learn the limit, and the next ones knew it.
  assert.equal(sink.stats().connections, 2);
  assert(sink.messages.every((message) => message.to.length === 40 || message.to.length === 20));
});

test('many refused recipients cost connections, but no recipient', async () => {
  await using sink = await startSink({ maxErrors: 20 });
  await using outlet = outletTo([sink], 1);
  const addresses = users(500).map((address, i) => (i % 5 === 0 ? `${i}@5xx.example` : address));
  const { sent, delivered } = await post(outlet, await sharedDelivery(addresses));
  assert.deepEqual(sent, { end: { kind: 'done' }, inFlight: [] });
  assert.equal(delivered, 400);
  assert.equal(sink.stats().repeated, 0);
});

test('what is more urgent gets a connection after the transaction that is under way there', async () => {
  await using sink = await startSink({ delayMs: 5, keep: true });
  await using outlet = outletTo([sink], 1);
  const newsletter = await eachDelivery(users(60));
  const alert = await sharedDelivery(['alert@example.net']);
  const slow = post(outlet, newsletter);
  while (sink.stats().messages < 3) await new Promise((resolve) => setImmediate(resolve));
  const untried = Untried.all(alert);
  const sent = await outlet.send(alert, untried, () => {}, forever, { priority: 1 });
  assert.equal(sent.end.kind, 'done');
  assert(sink.stats().messages < 12, `${sink.stats().messages} were sent before it`);
  const { delivered, left } = await slow;
  assert.deepEqual({ delivered, left }, { delivered: 60, left: 0 });
  assert.equal(sink.stats().repeated, 0);
  assert.equal(sink.stats().connections, 1);
});
