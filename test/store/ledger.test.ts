import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { answersOf } from '../../src/engine/ledger-notes.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { readAnswers } from '../../src/model/trace.ts';
import { type HandedOver, type Ledger, openLedger } from '../../src/store/ledger.ts';
import { cats } from '../literals.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
async function opened(): Promise<{ ledger: Ledger; path: string }> {
  files += 1;
  const path = join(folder, `${files}.db`);
  return { ledger: await openLedger(path), path };
}

const handed = (more: Partial<HandedOver> = {}): HandedOver => ({
  mailing: 'i4k-p-m',
  batch: 'b0',
  round: 0,
  list: cats().id,
  received: 1000,
  hops: [{ queue: 'incoming', at: 1001 }],
  messageId: '<herring@x.example>',
  answers: 'd 4bX relay:25\n ann@x.example\n bob@y.example\n',
  ...more,
});

test('the lines of a progress become answers and who they were about', () => {
  const recipients = ['a@x', 'b@x', 'c@x', 'd@x', 'e@x'].map((one) => [one] as const);
  const news = [
    'c 1',
    'd 0 1 4bX relay:25',
    'd 4 4 - relay:25 250 2.0.0 taken',
    'r 2 near 550 5.1.1 no such user',
    'l 3 3 relay:25 451 - later',
    'f 4 9 554 554 5.7.1 spam',
    'r 0 550 5.1.1 kept before relays were named',
    '? what is that',
    'd 1',
  ].join('\n');
  const answers = readAnswers(answersOf(news, recipientsOf(recipients)).toString());
  const words = answers.map(({ kind, queueId, relay, reply, recipients: to }) =>
    [kind, `(${relay ?? ''})`, queueId ?? reply, ...to].join(' '),
  );
  assert.deepEqual(words, [
    'delivered (relay:25) 4bX a@x b@x',
    'delivered (relay:25) 250 2.0.0 taken e@x',
    'refused (near) 550 5.1.1 no such user c@x',
    'deferred (relay:25) 451 later d@x',
    'failed (554) 554 5.7.1 spam e@x',
    'refused () 550 5.1.1 kept before relays were named a@x',
  ]);
});

test('a batch that is noted twice is there once, as it was noted last', async () => {
  const { ledger } = await opened();
  ledger.note([handed()], 2000);
  ledger.note([handed({ answers: 'd 4bY relay:25\n ann@x.example\n' })], 2001);
  ledger.note([handed({ round: 1 })], 2002);
  const [mailing] = await ledger.find('<herring@x.example>');
  assert(mailing);
  assert.deepEqual([mailing.id, mailing.list, mailing.hops.length], ['i4k-p-m', cats().id, 1]);
  const batches = [];
  for await (const one of ledger.batches(mailing.seq)) batches.push(one);
  assert.deepEqual(
    batches.map(({ round, at, answers }) => [round, at, answers[0]?.queueId]),
    [
      [0, 2001, '4bY'],
      [1, 2002, '4bX'],
    ],
  );
  assert.equal((await ledger.find('i4k'))[0]?.id, 'i4k-p-m');
  assert.equal((await ledger.byQueueId('4bX'))?.id, 'i4k-p-m');
  assert.equal(await ledger.byQueueId('4b'), undefined);
  // qmail's have blanks; its log has no more than the end of them.
  ledger.note([handed({ answers: 'd 1700000000_qp_12345 relay:25\n ann@x.example\n' })], 2003);
  for (const text of ['qp 12345', '1700000000 qp 12345', '1700000000_qp_12345']) {
    assert.equal((await ledger.byQueueId(text))?.id, 'i4k-p-m', text);
  }
  assert.equal(await ledger.byQueueId('12345'), undefined);
  ledger.close();
});

test('hand-overs that are noted together are there all or not at all', async () => {
  const { ledger } = await opened();
  const second = handed({ batch: 'b1', messageId: '' });
  // No database takes it: what was begun with it is not taken for known.
  const impossible = handed({ batch: 'b2', round: Number.NaN });
  assert.throws(() => ledger.note([handed(), impossible], 2000));
  assert.deepEqual(await ledger.find('i4k'), []);
  assert.equal(ledger.knows('i4k-p-m'), false);
  ledger.note([handed(), second], 2000);
  assert.equal(ledger.knows('i4k-p-m'), true);
  const [mailing] = await ledger.find('<herring@x.example>');
  assert(mailing);
  const batches = [];
  for await (const { batch } of ledger.batches(mailing.seq)) batches.push(batch);
  assert.deepEqual(batches, ['b0', 'b1']);
  ledger.close();
});

test('what is old is forgotten, and mailings of which nothing is left', async () => {
  const { ledger } = await opened();
  ledger.note([handed({ mailing: 'old-p-m' })], 1000);
  ledger.note([handed({ mailing: 'both-p-m' })], 1000);
  ledger.note([handed({ mailing: 'both-p-m', batch: 'b1' })], 3000);
  assert.equal(await ledger.prune(2000), 2);
  assert.deepEqual(await ledger.find('old'), []);
  assert.equal((await ledger.find('both')).length, 1);
  assert.equal(await ledger.prune(2000), 0);
  ledger.close();
});

test('it takes less than 30 bytes for a copy with a queue id of its own, 12 for others', async () => {
  const sizes = [];
  for (const shared of [true, false]) {
    const { ledger, path } = await opened();
    for (let batch = 0; batch < 20; batch += 1) {
      const lines = Array.from({ length: 2000 }, (_, n) => {
        const id = (batch * 2000 + n) * 7919;
        const answer = shared && n % 500 > 0 ? '' : `d 4${id.toString(36)}z2 127.0.0.1:25\n`;
        return `${answer} m${id % 1_000_003}@d${Math.floor(n / 4)}.example\n`;
      });
      ledger.note([handed({ batch: `b${batch}`, answers: lines.join('') })], 1000);
    }
    ledger.close();
    sizes.push(statSync(path).size / 40_000);
  }
  const [shared = 99, own = 99] = sizes;
  assert(shared < 12 && own < 30, `${shared} and ${own} bytes`);
});
