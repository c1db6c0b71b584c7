/** The disk fills up in the middle of a hand-over: nobody is lost, and few get it twice. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesIn } from '../../src/ground/disk.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { Spool } from '../../src/spool/spool.ts';
import { startWorker, stopWorker, until } from '../engine/entries.ts';
import { lay, metaOf } from '../powercut/office.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { mountSmall, noSmallDisk } from './small-disk.ts';

const count = 1500;

test('answers that cannot be written down stop the hand-over until they can', {
  skip: noSmallDisk,
}, async (t) => {
  using disk = mountSmall(2048);
  await using sink = await startSink({ delayMs: 1 });
  await using made = await makeSite(
    `spool = "${disk.path}"\nlmtp.listen = []\n[[relay]]\nport = ${sink.port}\n`,
  );
  const list = await makeList(made, 'cats@example.com', 1);
  const { spool: root } = made.open().paths;
  const id = entryId('e1-b0');
  const work = {
    kind: 'batch',
    mailing: entryId('e1'),
    mode: 'verp',
    returnPath: 'cats-bounces@example.com',
    recipients: recipientsOf(Array.from({ length: count }, (_, n) => [`m${n}@example.net`])),
    reported: 0,
  } as const;
  lay(root, 'outgoing', { ...metaOf(id, work), list, due: Date.now() });
  const worker = startWorker(made, 'outgoing');
  const { paths } = new Spool(root);
  const claims = paths.claimed('outgoing', 'outgoing-1');
  const begun = () => namesIn(claims).some((name) => existsSync(join(claims, name, 'progress')));
  await until('it has begun', () => begun() && sink.stats().messages > 50);
  const free = disk.fill();
  // The page of the progress that is begun has room for some hundreds, no more.
  await until('it was put back', () => namesIn(paths.new('outgoing', 5)).length === 1);
  assert.equal(worker.exitCode ?? worker.signalCode, null, 'the worker lives');
  const before = sink.stats().distinct;
  assert(before < count, 'it stopped');
  free();
  await until('all have it', () => sink.stats().distinct === count);
  await until('it is done', () => namesIn(claims).length === 0);
  t.diagnostic(`${sink.stats().repeated} got it twice`);
  assert(sink.stats().repeated <= 20, `${sink.stats().repeated} were repeated`);
  assert.deepEqual(namesIn(paths.parking('shunt', 'outgoing')), []);
  const left = once(worker, 'exit');
  await stopWorker(worker);
  await left;
});
