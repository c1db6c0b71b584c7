/** Real runners, and MTAs that are not there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { namesIn } from '../../src/ground/disk.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { Spool } from '../../src/spool/spool.ts';
import { call } from '../cli/called.ts';
import { putEntry, startWorker, stopWorker, until } from '../engine/entries.ts';
import { lay, metaOf } from '../powercut/office.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

/** The lines of a log that tell of an event. */
function told(file: string, event: string): Record<string, unknown>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
}

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const sink = await startSink();
  await sink.close();
  return sink.port;
}

test('with all relays down nothing moves, and each transaction is one line when one is back', async () => {
  const ports = [await freePort(), await freePort()];
  const relays = ports.map((port) => `[[relay]]\nport = ${port}\ntls = "none"\n`).join('');
  await using made = await makeSite(
    `lmtp.listen = []\n[outgoing]\ntransactionRecipients = 2\n${relays}`,
  );
  const list = await makeList(made, 'cats@example.com', 1);
  const { paths } = made.open();
  const spool = new Spool(paths.spool);
  const id = entryId('e1-b0');
  const recipients = recipientsOf(['a', 'b', 'c'].map((one) => [`${one}@x.example`]));
  const returnPath = 'cats-bounces@example.com';
  const work = {
    kind: 'batch',
    mailing: entryId('e1'),
    mode: 'shared',
    returnPath,
    recipients,
    reported: 0,
  } as const;
  lay(paths.spool, 'outgoing', { ...metaOf(id, work), list, due: Date.now() });
  const [name] = namesIn(spool.paths.new('outgoing', 5));
  const worker = startWorker(made, 'outgoing');
  try {
    await until('it has tried twice', () => told(paths.log, 'waiting').length >= 2);
    for (const { why } of told(paths.log, 'waiting')) assert.match(String(why), /ECONNREFUSED/);
    await until('it lies where it lay', () => namesIn(spool.paths.new('outgoing', 5)).length > 0);
    assert.deepEqual(namesIn(spool.paths.new('outgoing', 5)), [name], 'neither due nor tries');
    assert.equal(worker.exitCode ?? worker.signalCode, null, 'the worker lives');
    await using sink = await startSink({ port: ports[1] ?? 0 });
    await until('all have it', () => sink.stats().distinct === 3);
    const claims = spool.paths.claimed('outgoing', 'outgoing-1');
    await until(
      'it is done',
      () => namesIn(claims).filter((one) => one.startsWith('5.')).length === 0,
    );
    await stopWorker(worker);
    const lines = told(paths.log, 'delivered');
    assert.equal(lines.length, sink.stats().messages);
    assert.deepEqual(lines.map((line) => line['recipients']).sort(), [1, 2]);
    for (const line of lines) assert.deepEqual([line['entry'], line['list']], [id, list]);
    assert.equal(sink.stats().repeated, 0);
  } finally {
    await stopWorker(worker);
  }
});

test('with outgoing stopped the others go on and its queue fills; started, it loses nothing', async () => {
  await using sink = await startSink();
  await using made = await makeSite(
    `lmtp.listen = []\n[[relay]]\nport = ${sink.port}\ntls = "none"\n`,
  );
  const site = made.root;
  const author = 'm1@d0.example';
  await makeList(made, 'cats@example.com', [author, 'm2@d1.example']);
  const { paths } = made.open();
  const spool = new Spool(paths.spool);
  assert.equal((await call('start', { site })).code, 0);
  try {
    assert.equal((await call('stop outgoing', { site })).out, 'outgoing stopped\n');
    for (let n = 0; n < 3; n += 1) await putEntry(paths.spool, { sender: author });
    const waiting = () => namesIn(spool.paths.new('outgoing', 5)).length;
    await until('its queue is full', () => waiting() === 3);
    assert.match((await call('status', { site })).out, /stopped by hand: outgoing/);
    assert.equal(sink.stats().messages, 0);
    assert.equal((await call('start outgoing', { site })).out, 'outgoing started\n');
    await until('all have all', () => sink.stats().distinct === 6);
    await until('the mailings are through', () => told(paths.log, 'mailing-finished').length === 3);
    assert.equal(sink.stats().repeated, 0);
    const totals = told(paths.log, 'mailing-finished').map((line) => line['delivered']);
    assert.deepEqual(totals, [2, 2, 2], 'one summary a mailing');
  } finally {
    await call('stop', { site });
  }
  assert.deepEqual(namesIn(spool.paths.parking('shunt', 'outgoing')), []);
});
