import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { holeText } from '../../src/mail/hole.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { connect } from '../../src/mta/connection.ts';
import type { Delivery } from '../../src/mta/delivery.ts';
import { messageFile, renderMessage } from '../../src/mta/render.ts';
import { relaySettings } from '../../src/mta/types.ts';
import { startSink } from '../sink.ts';
import { forever, handOver, mark, relayOf, users } from './setting.ts';

const names = ['address'];
const growthBytes = 25_000_000;

async function writeLarge(path: string, megabytes: number): Promise<void> {
  await using file = await open(path, 'w');
  await file.write(`Message-ID: <large@list.example>\nTo: ${holeText(mark, 'address')}\n\n`);
  const block = `${'.'.repeat(76)}\n`.repeat(12_987);
  for (let i = 0; i < megabytes; i++) await file.write(block);
}

async function largeDelivery(path: string, count: number): Promise<Delivery> {
  const addresses = users(count);
  return {
    message: await renderMessage(messageFile(path), { mark, names }),
    recipients: recipientsOf(addresses.map((address) => [address])),
    envelope: {
      kind: 'each',
      returnPath: () => null,
      values: (index) => [addresses[index] ?? ''],
    },
  };
}

/** A sink in a process of its own, so that its memory is not ours. */
async function spawnSink(...options: string[]): Promise<{ child: ChildProcess; port: number }> {
  const program = join(import.meta.dirname, '../sink.js');
  const child = spawn(process.execPath, [program, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  assert(child.stdout);
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  const port = /"port":(\d+)/.exec(String(line))?.[1];
  return { child, port: Number(port) };
}

test('a message of 26 MB goes to several recipients in little memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'large-'));
  const { child, port } = await spawnSink('--store', folder);
  try {
    const path = join(folder, 'message.eml');
    await writeLarge(path, 26);
    const relay = relaySettings({ place: { kind: 'tcp', host: '127.0.0.1', port } });
    await using connection = await connect(relay, forever);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const { words } = await handOver(connection, await largeDelivery(path, 3));
    clearInterval(watch);
    assert.deepEqual([...new Set(words)], ['delivered body 250']);
    assert(most - before < growthBytes, `grew by ${(most - before) / 1e6} MB`);
    const stored = await readdir(join(folder, 'new'));
    assert.equal(stored.length, 3);
    const text = await readFile(join(folder, 'new', stored[1] ?? ''), 'latin1');
    assert.match(text.slice(0, 300), /^Return-Path: <>\r\nDelivered-To: user1@y.example\r\n/);
    assert.match(text.slice(0, 300), /\r\nTo: user1@y.example\r\n\r\n\.{76}\r\n/);
    assert(text.endsWith(`\r\n${'.'.repeat(76)}\r\n`));
  } finally {
    child.stdin?.end();
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  }
});

test('a message file that goes away is nobody else’s fault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gone-'));
  try {
    const path = join(folder, 'message.eml');
    await writeLarge(path, 1);
    await using sink = await startSink();
    const connection = await connect(relayOf(sink), forever);
    const delivery = await largeDelivery(path, 2);
    assert.equal(delivery.message.body.kind, 'streamed');
    await rm(path);
    await assert.rejects(handOver(connection, delivery), { code: 'ENOENT' });
    assert.equal(connection.open, false);
    assert.equal(sink.stats().messages, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
