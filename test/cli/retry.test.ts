import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { say } from './said.ts';

test('copies that wait are listed by domain and mailing, and some of them tried at once', async () => {
  const later = { stage: 'rcpt', match: /@(?:x|y)\./, reply: '451 4.2.1 later', times: 5 } as const;
  await using sink = await startSink({ rules: [later] });
  const toml = `[outgoing]\nbatchRecipients = 1\n[[relay]]\nport = ${sink.port}\n`;
  await using made = await makeSite(toml);
  const members = ['a@x.example', 'b@y.example', 'c@z.example'];
  await makeList(made, 'cats@example.com', members, { nonmemberAction: 'accept' });
  const site = made.open();
  const work = () => workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing', 'outgoing']);
  const first = await putEntry(site.paths.spool);
  await work();
  const second = await putEntry(site.paths.spool);
  await work();
  const waits = async (...filter: string[]): Promise<string[]> => {
    const { out } = await say(made, 'retry', 'ls', '--json', ...filter);
    const rows: { domain: string; mailing: string; recipients: number; why: string }[] =
      JSON.parse(out);
    for (const { why, recipients } of rows) {
      assert.match(why, /451 4\.2\.1/);
      assert.equal(recipients, 1);
    }
    return rows.map(({ domain, mailing }) => `${domain} ${mailing.split('-')[0]}`).sort();
  };
  assert.deepEqual(
    await waits(),
    [first, second].flatMap((id) => [`x.example ${id}`, `y.example ${id}`]).sort(),
  );
  assert.deepEqual(await waits('--domain', 'Y.example', '--mailing', first), [
    `y.example ${first}`,
  ]);
  await work();
  assert.equal(sink.stats().distinct, 2, 'nobody is tried before his time');
  const flushed = await say(made, 'retry', 'flush', '--domain', 'x.example', '--mailing', first);
  assert.equal(flushed.out, '1 batch is due now.\n');
  await work();
  assert.deepEqual(await waits('--mailing', first), [`x.example ${first}`, `y.example ${first}`]);
  assert.equal((await say(made, 'retry', 'flush')).out, '4 batches are due now.\n');
  await work();
  assert.deepEqual(await waits(), []);
  assert.deepEqual([sink.stats().distinct, sink.stats().repeated], [6, 0]);
  await site.close();
});

test('who cannot be reached without SMTPUTF8 is reported, and the others get their copies', async () => {
  await using sink = await startSink({ offers: ['PIPELINING', '8BITMIME'] });
  await using made = await makeSite(`[[relay]]\nport = ${sink.port}\n`);
  const settings = { nonmemberAction: 'accept' };
  await makeList(made, 'cats@example.com', ['ñandú@x.example', 'b@bücher.example'], settings);
  const site = made.open();
  const root = await putEntry(site.paths.spool);
  await workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing', 'outgoing']);
  const { out } = await say(made, 'trace', root, '--all');
  assert.match(out, /ñandú@x\.example +refused .*550 5\.6\.7 /);
  assert.match(out, /b@bücher\.example +delivered /);
  await site.close();
});
