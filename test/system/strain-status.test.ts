/** A relay that puts everybody off, a real worker, and what status says of it, in real time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../cli/said.ts';
import { putEntry, startWorker, stopWorker } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

const members = 400;
const patience = 300;

test('a worker gives a relay that puts off everybody fewer connections, and status says so', async () => {
  const rules = [{ stage: 'mail', match: /./, reply: '451 4.3.2 busy' }] as const;
  await using sink = await startSink({ rules });
  const outgoing = '[outgoing]\nbatchRecipients = 5\nconnections = 8\nretryMs = [200]\n';
  const relay = `[[relay]]\nname = "near"\nport = ${sink.port}\n`;
  await using made = await makeSite(`${outgoing}${relay}`);
  await makeList(made, 'cats@example.com', members, { nonmemberAction: 'accept' });
  const site = made.open();
  await putEntry(site.paths.spool);
  await workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing']);
  await site.close();
  const worker = startWorker(made, 'outgoing');
  try {
    for (let looks = 0; ; looks += 1) {
      const { out } = await say(made, 'status');
      if (/^relay near .*uses [1-4] of 8 connections: it put off 100 %/m.test(out)) break;
      assert(looks < patience, out);
      await sleep(100);
    }
  } finally {
    await stopWorker(worker);
  }
});
