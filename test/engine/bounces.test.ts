import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Allowance } from '../../src/engine/allowance.ts';
import { bounceStep } from '../../src/engine/bounces.ts';
import { Peers } from '../../src/engine/peers.ts';
import { parseConfig } from '../../src/ground/config.ts';
import type { EntryMeta } from '../../src/model/entry.ts';
import { entryId } from '../../src/model/ids.ts';
import type { Letter } from '../../src/model/outcome.ts';
import type { Settings } from '../../src/model/settings.ts';
import { cats } from '../literals.ts';
import { paths, type ReportWish, reportOf } from './bounced.ts';

const key = Buffer.alloc(32, 7);
const now = Date.UTC(2026, 10, 24, 12);
const folder = mkdtempSync(join(tmpdir(), 'listmill-bounces-'));
after(() => rmSync(folder, { recursive: true }));
const own = paths(key, cats().id);

type Wish = {
  readonly detail?: string;
  readonly settings?: Partial<Settings>;
  readonly shown?: number;
  readonly toml?: string;
};

/** What the step says of one message. */
async function step(text: string, { detail, settings = {}, shown = 0, toml = '' }: Wish = {}) {
  const message = join(folder, 'message.eml');
  writeFileSync(message, text);
  const list = cats(settings);
  const meta: EntryMeta = {
    version: 1,
    id: entryId('e1'),
    priority: 5,
    due: now,
    round: 0,
    received: now,
    sender: null,
    list: list.id,
    message: { size: text.length, digest: null },
    hops: [],
    attempts: 0,
    work: { kind: 'bounce', ...(detail === undefined ? {} : { detail }) },
  };
  const members = new Map([['example.net', 7]]);
  const outcome = await bounceStep(
    { meta, message, folder, tries: 1 },
    {
      now,
      config: parseConfig(toml, 'test'),
      books: { list: async () => list, owners: async () => ['owner@example.org'] },
    },
    {
      verpKey: key,
      peers: new Peers(async () => ({ audience: 100, members })),
      allowance: new Allowance(),
      shownToday: async () => shown,
    },
  );
  const change = outcome.changes?.find((one) => one.kind === 'bounced');
  const letters: Letter[] = [];
  for await (const one of outcome.puts ?? []) letters.push(one);
  return { outcome, failures: change?.failures ?? [], letters };
}

/** `address proof mailing`, of each failure. */
async function whom(report: Partial<ReportWish>, wish: Wish = {}): Promise<string[]> {
  const { failures } = await step(reportOf({ recipient: 'ann@example.net', ...report }), wish);
  return failures.map(({ addresses, member, proof, mailing }) =>
    [member ?? addresses.join(','), proof, mailing ?? '-'].join(' '),
  );
}

describe('whose copy came back', () => {
  test('is said by a return path that we signed, whatever the report calls him', async () => {
    const detail = own.verp('ann@example.net');
    const found = await whom({ recipient: 'a.smith@mailhost.example' }, { detail });
    assert.deepEqual(found, ['ann@example.net recipient mailone']);
  });

  test('is said by the number in it, where the address was too long', async () => {
    const long = `${'a'.repeat(60)}@example.net`;
    const detail = own.numbered('quoted', 42);
    assert.deepEqual(await whom({ recipient: long }, { detail }), ['42 recipient mailone']);
  });

  test('is said by XVERP with our signed base', async () => {
    const detail = own.xverp('ann@example.net');
    const found = await whom({ recipient: 'other@example.org' }, { detail });
    assert.deepEqual(found, ['ann@example.net mailing mailone']);
  });

  test('is found in To and its like, where the MTA dropped the detail', async () => {
    const to = `Cats-Bounces+${own.verp('ann@example.net')}@example.com`;
    assert.deepEqual(await whom({ to }), ['ann@example.net recipient mailone']);
    const delivered = reportOf({ recipient: 'x@y.example' });
    const { failures } = await step(`Delivered-To: <${to}>\r\n${delivered}`);
    assert.equal(failures[0]?.addresses[0], 'ann@example.net');
  });

  test('is said by the report, and proven by the ENVID that we gave', async () => {
    const found = await whom({ envid: own.envid() });
    assert.deepEqual(found, ['ann@example.net mailing mailone']);
  });

  test('is said by the report alone where nothing proves it', async () => {
    assert.deepEqual(await whom({}), ['ann@example.net none -']);
  });

  test('a forged tag proves nothing, wherever it stands', async () => {
    const forged = own.verp('ann@example.net').replace(/^./, (c) => (c === 'a' ? 'b' : 'a'));
    assert.deepEqual(await whom({}, { detail: forged }), ['ann@example.net none -']);
    // Nor does a genuine one with another address in it.
    const moved = own.verp('ann@example.net').replace('ann', 'bob');
    assert.deepEqual(await whom({}, { detail: moved }), ['ann@example.net none -']);
    const other = paths(Buffer.alloc(32, 8), cats().id).envid();
    assert.deepEqual(await whom({ envid: other }), ['ann@example.net none -']);
  });

  test('the separator may be another one', async () => {
    const to = `cats-bounces-${own.verp('ann@example.net')}@example.com`;
    const toml = '[site]\nseparator = "-"\n';
    assert.deepEqual(await whom({ to }, { toml }), ['ann@example.net recipient mailone']);
  });
});

describe('what the books are told', () => {
  test('is the cause, the status, the words, and how large mailing and provider are', async () => {
    const { failures } = await step(
      reportOf({ recipient: 'ann@example.net', original: '<1@author.example>' }),
    );
    const [failure] = failures;
    assert(failure);
    assert.equal(failure.cause, 'dead');
    assert.equal(failure.status, '5.1.1');
    assert.match(failure.diagnostic, /no such user/);
    assert.equal(failure.messageId, '<1@author.example>');
    assert.deepEqual([failure.audience, failure.peers], [100, 7]);
  });

  test('is a probe where a probe came back', async () => {
    const detail = paths(key, cats().id, 'p-round1').verp('ann@example.net');
    const { failures } = await step(reportOf({ recipient: 'ann@example.net' }), { detail });
    assert.equal(failures[0]?.via, 'probe');
  });

  test('is the same name for the same report, and so it counts once', async () => {
    const names: (string | undefined)[] = [];
    for (const id of ['same', 'same', 'other']) {
      const { failures } = await step(reportOf({ recipient: 'ann@example.net', id }));
      names.push(failures[0]?.report);
    }
    assert.equal(names[0], names[1]);
    assert.notEqual(names[0], names[2]);
  });

  test('is nothing of delays, answering machines and successes', async () => {
    const detail = own.verp('ann@example.net');
    const away =
      'From: ann@example.net\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n';
    for (const text of [
      reportOf({ recipient: 'ann@example.net', action: 'delayed', status: '4.4.1' }),
      reportOf({ recipient: 'ann@example.net', action: 'delivered', status: '2.0.0' }),
      away,
    ]) {
      const { outcome, letters } = await step(text, { detail });
      assert.equal(outcome.changes, undefined);
      assert.deepEqual(letters, []);
      assert.equal(outcome.fate.kind, 'finish');
    }
  });
});

describe('a complaint', () => {
  const arf = (from: string, rcpt: string): string =>
    [
      'From: feedback@isp.example',
      'To: cats-bounces@example.com',
      'Subject: FW: food',
      'Message-ID: <arf1@isp.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'This is an email abuse report.',
      '--b',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'User-Agent: ISP/1.0',
      'Version: 1',
      `Original-Mail-From: <${from}>`,
      `Original-Rcpt-To: <${rcpt}>`,
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: ann@author.example',
      'Subject: food',
      '',
      'x',
      '--b--',
      '',
    ].join('\r\n');

  test('is proven by the return path that it repeats', async () => {
    const from = `cats-bounces+${own.verp('ann@example.net')}@example.com`;
    const { failures } = await step(arf(from, 'redacted@isp.example'));
    assert.deepEqual(
      failures.map((one) => [one.via, one.proof, one.addresses[0], one.mailing]),
      [['complaint', 'recipient', 'ann@example.net', 'mailone']],
    );
  });

  test('is not proven by an address that anybody could write', async () => {
    const { failures } = await step(arf('cats-bounces@example.com', 'ann@example.net'));
    assert.deepEqual([failures[0]?.proof, failures[0]?.addresses[0]], ['none', 'ann@example.net']);
  });
});

describe('mail that nobody can read', () => {
  const odd =
    'From: eve@example.org\r\nTo: cats-bounces@example.com\r\nSubject: hello\r\n\r\nWho are you?\r\n';

  test('is shown to the owners, marked as automatic and with a null return path', async () => {
    const { outcome, letters } = await step(odd);
    const [letter, ...others] = letters;
    assert(letter);
    assert.deepEqual(others, []);
    assert.deepEqual(letter.work, { kind: 'notice', to: ['owner@example.org'], returnPath: null });
    assert(letter.message.kind === 'text');
    const text = letter.message.bytes.toString();
    assert.match(text, /^Auto-Submitted: auto-generated/m);
    assert.match(text, /> Who are you\?/);
    assert.match(text, /From: eve@example\.org/);
    assert.deepEqual(outcome.changes, [
      { kind: 'unrecognized', list: 'cats.example.com', shown: true },
    ]);
  });

  test('is parked or dropped where the list wants it so', async () => {
    const parked = await step(odd, { settings: { bounceUnrecognized: 'park' } });
    assert.equal(parked.outcome.fate.kind, 'park');
    const dropped = await step(odd, { settings: { bounceUnrecognized: 'discard' } });
    assert.equal(dropped.outcome.fate.kind, 'finish');
    assert.deepEqual(dropped.letters, []);
  });

  test('is counted and dropped when there was too much of it today', async () => {
    const { letters, outcome } = await step(odd, { shown: 20 });
    assert.deepEqual(letters, []);
    assert.equal(outcome.fate.kind, 'finish');
  });
});

test('an allowance holds among steps that run side by side, and begins anew each day', () => {
  const allowance = new Allowance();
  const list = cats().id;
  const taken = Array.from({ length: 5 }, () => allowance.take(list, 3, 1, now));
  assert.deepEqual(taken, [true, true, false, false, false]);
  assert.equal(allowance.take(list, 3, 0, now + 86_400_000), true);
});
