/** Large messages to many, in processes that may have 64 MB of heap. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogTail } from '../../bench/log-tail.ts';
import { plainMessage, putIn } from '../../bench/posting.ts';
import { startSinkProcess } from '../../bench/sink.ts';
import { makeSuite } from '../../bench/suite.ts';
import { makeList } from '../site.ts';

const heap = '--max-old-space-size=64';
const members = 100_000;
const waitMs = 240_000;
/** Few transactions: what is looked at is memory, not how often a disk is read. */
const outgoing = 'batchRecipients = 5000\ntransactionRecipients = 5000\n';

for (const megabytes of [26, 100]) {
  test(`${megabytes} MB to ${members} recipients, with 64 MB of heap`, async (t) => {
    using sink = await startSinkProcess();
    const relay = `[[relay]]\nport = ${sink.port}\ntls = "none"\n`;
    await using suite = await makeSuite(`[outgoing]\n${outgoing}${relay}`);
    const list = 'large@lists.example';
    await makeList(suite.site, list, members, { nonmemberAction: 'accept', maxBytes: 0 });
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = heap;
    try {
      await suite.start('archive', 'incoming', 'pipeline', 'mailing', 'outgoing');
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
    const pids = [...suite.pids.values()].join();
    const tail = new LogTail(suite.logFile);
    const began = performance.now();
    await putIn(suite.site, list, plainMessage(list, 1, megabytes * 1_000_000));
    const [end] = await tail.waitFor('mailing-finished', 1, waitMs);
    t.diagnostic(`${Math.round((performance.now() - began) / 1000)} s`);
    assert.equal(end?.['delivered'], members);
    const { distinct, repeated } = await sink.stats();
    assert.deepEqual({ distinct, repeated }, { distinct: members, repeated: 0 });
    assert.equal([...suite.pids.values()].join(), pids, 'all processes lived');
  });
}
