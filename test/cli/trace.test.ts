import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { clean } from '../../src/cron/clean.ts';
import { runTask } from '../../src/engine/cron.ts';
import { reportOf } from '../engine/bounced.ts';
import { messageBy, putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { say } from './said.ts';

const everybody = ['incoming', 'pipeline', 'mailing', 'outgoing'] as const;

test('a message is followed to each copy, by what people have of it', async () => {
  await using sink = await startSink();
  const toml = `clean.ledgerDays = 5\n[rules]\ntrustedHosts = ["mx.example.com"]\n[[relay]]\nport = ${sink.port}\n`;
  await using made = await makeSite(toml);
  const members = ['ann@x.example', 'bob@5xx.example', 'cat@4xx.example'];
  await makeList(made, 'cats@example.com', members);
  const site = made.open();
  const seen = 'Authentication-Results: mx.example.com; dkim=pass; spf=softfail';
  const message = `${seen}\r\n${messageBy('ann@x.example', 'herring')}`;
  const id = /^Message-ID: (.*)$/m.exec(message)?.[1]?.trim() ?? '';
  const now = Date.now();
  const root = await putEntry(site.paths.spool, { message, sender: 'ann@x.example', now });
  const unknown = await say(made, 'trace', id);
  assert.equal(unknown.code, 66);
  assert.match((await say(made, 'trace', root)).out, /waits in incoming/);
  await workAt(site, Date.now(), everybody);

  const rows = JSON.parse((await say(made, 'trace', id, '--all', '--json')).out);
  const outcomes = rows.map(
    (row: Record<string, string>) => `${row['recipient']} ${row['outcome']}`,
  );
  assert.deepEqual(outcomes.sort(), [
    'ann@x.example delivered',
    'bob@5xx.example refused',
    'cat@4xx.example deferred',
    'cat@4xx.example waiting',
  ]);
  const told = await say(made, 'trace', id.slice(1, -1));
  assert.match(told.out, /is posting 1 of cats\.example\.com: "herring"/);
  assert.match(told.out, /^ {2}authentication: dkim=pass; spf=softfail$/m);
  for (const hop of ['received', 'incoming', 'pipeline']) {
    assert.match(told.out, new RegExp(`^ {2}\\d{4}-.*Z {2}${hop}$`, 'm'));
  }
  assert.doesNotMatch(told.out, /ann@x\.example +delivered/);
  assert.match(told.out, /bob@5xx\.example +refused +127\.0\.0\.1:\d+ .*550 5\.1\.1 no such user/);
  assert.match(told.out, /cat@4xx\.example +deferred +127\.0\.0\.1:\d+ .*45/);
  assert.match(told.err, /1 delivered/);
  const own = await say(made, 'trace', id, '--recipient', 'ANN@x.example');
  assert.match(own.out, /ann@x\.example +delivered +127\.0\.0\.1:\d+ +SINK /);
  assert.match((await say(made, 'trace', id, '--recipient', 'eve@x.example')).err, /No copy/);

  // From a line of the MTA's log to the copies, and to the entry that our log has.
  const named = JSON.parse((await say(made, 'trace', 'SINK', '--json')).out);
  assert.deepEqual(
    named.map((row: Record<string, string>) => [row['recipient'], row['outcome']]),
    [['ann@x.example', 'delivered']],
  );
  assert.match(named[0].entry, new RegExp(`^${root}-`));
  assert.match((await say(made, 'trace', 'SINK')).out, /is posting 1 of .*"herring"[\s\S]*ann@x/);

  for (const [days, forgotten] of [
    [4, false],
    [6, true],
  ] as const) {
    const later = now + days * 86_400_000;
    const report = await runTask(site, clean, {
      now: later,
      dryRun: false,
      remark: async () => {},
    });
    const text = report.kind === 'done' ? report.text : assert.fail(report.kind);
    assert.equal(/1 batches forgotten/.test(text), forgotten, `${days} days: ${text}`);
  }
  await site.close();
});

test('a copy that came back later is bounced, beside that it was delivered', async () => {
  await using sink = await startSink({ keep: true });
  await using made = await makeSite(`[[relay]]\nport = ${sink.port}\n`);
  const ann = 'ann@x.example';
  const list = await makeList(made, 'cats@example.com', [ann, 'bob@y.example'], { verp: 'always' });
  const site = made.open();
  const message = messageBy(ann);
  const id = /^Message-ID: (.*)$/m.exec(message)?.[1]?.trim() ?? '';
  await putEntry(site.paths.spool, { message, sender: ann });
  await workAt(site, Date.now(), everybody);
  const from = sink.messages.find(({ to }) => to[0] === ann)?.from ?? '';
  const detail = /\+(.*)@/.exec(from)?.[1] ?? assert.fail(from);
  await putEntry(site.paths.spool, {
    queue: 'bounce',
    message: reportOf({ to: from, recipient: ann }),
    sender: null,
    recipient: from,
    list,
    work: { kind: 'bounce', detail },
  });
  await workAt(site, Date.now(), ['bounce']);
  for (const asked of [id, 'SINK']) {
    const rows = JSON.parse((await say(made, 'trace', asked, '--recipient', ann, '--json')).out);
    assert.deepEqual(
      rows.map((row: Record<string, string>) => [row['recipient'], row['outcome']]),
      [
        [ann, 'delivered'],
        [ann, 'bounced'],
      ],
    );
  }
  const { out } = await say(made, 'trace', id);
  assert.match(out, /ann@x\.example +bounced .*5\.1\.1 550 5\.1\.1 .*no such user/);
  assert.doesNotMatch(out, /bob@y\.example/);
  await site.close();
});

test('a site that keeps no ledger hands over all the same', async () => {
  await using sink = await startSink();
  await using made = await makeSite(`clean.ledgerDays = 0\n[[relay]]\nport = ${sink.port}\n`);
  await makeList(made, 'cats@example.com', ['ann@x.example'], {
    nonmemberAction: 'accept',
  });
  const site = made.open();
  await putEntry(site.paths.spool, { sender: 'ann@x.example' });
  await workAt(site, Date.now(), everybody);
  assert.equal(sink.stats().distinct, 1);
  assert.equal(existsSync(site.paths.ledger), false);
  await site.close();
});
