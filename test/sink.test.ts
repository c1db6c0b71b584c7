import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { recipientsOf } from '../src/model/recipients.ts';
import { connect } from '../src/mta/connection.ts';
import { relaySettings } from '../src/mta/types.ts';
import { forever, handOver, handOverTo, sharedDelivery } from './mta/setting.ts';
import { startSink } from './sink.ts';

test('the sink counts each recipient of each message, and shows repeats', async () => {
  await using sink = await startSink();
  const delivery = await sharedDelivery(['a@y', 'b@y', 'c@5xx.y']);
  await handOverTo(sink, delivery);
  await handOverTo(sink, { ...delivery, recipients: recipientsOf([['b@y']]) });
  assert.deepEqual(sink.stats(), {
    connections: 2,
    messages: 2,
    recipients: 3,
    distinct: 2,
    repeated: 1,
    octets: sink.stats().octets,
    mails: 2,
  });
  assert.equal(sink.pairs.get('b@y\t<m@list.example>'), 2);
  sink.reset();
  assert.equal(sink.stats().recipients, 0);
});

test('the sink runs as a process and obeys its input', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sink-'));
  const program = join(import.meta.dirname, 'sink.js');
  const rule = 'rcpt:^RCPT TO.<no@:550 5.1.1 not here';
  const child = spawn(process.execPath, [program, '--reply', rule, '--max-recipients', '2'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
    const ready = await next();
    assert(typeof ready === 'object' && ready !== null && 'port' in ready);
    const place = { kind: 'tcp', host: '127.0.0.1', port: Number(ready.port) } as const;
    await using connection = await connect(relaySettings({ place }), forever);
    const delivery = await sharedDelivery(['a@y', 'no@y', 'b@y', 'c@y']);
    const { words } = await handOver(connection, delivery);
    assert.deepEqual(words, [
      'delivered body 250',
      'refused rcpt 550',
      'delivered body 250',
      'delivered body 250',
    ]);
    child.stdin.write('STATS\n');
    const stats = await next();
    assert(typeof stats === 'object' && stats !== null && 'distinct' in stats);
    assert.equal(stats.distinct, 3);
    const path = join(folder, 'pairs');
    child.stdin.write(`DUMP ${path}\n`);
    await next();
    const dump = (await readFile(path, 'utf8')).trim().split('\n').sort();
    assert.deepEqual(
      dump,
      ['a', 'b', 'c'].map((name) => `1\t${name}@y\t<m@list.example>`),
    );
  } finally {
    child.stdin.end('QUIT\n');
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  }
});
