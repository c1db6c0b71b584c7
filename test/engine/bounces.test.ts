import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listId } from '../../src/model/ids.ts';
import { cats } from '../literals.ts';
import { key, own, step, type Wish } from './bounce-stepping.ts';
import { paths, type ReportWish, reportOf } from './bounced.ts';

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

  test('is said by return paths from before the list was renamed', async () => {
    const old = { id: listId('pets.example.com'), name: 'pets', domain: 'example.com' };
    const before = paths(key, old.id);
    const detail = before.verp('ann@example.net');
    const said = 'ann@example.net recipient mailone';
    assert.deepEqual(await whom({}, { detail, former: [old] }), [said]);
    const to = `pets-bounces+${detail}@example.com`;
    assert.deepEqual(await whom({ to }, { former: [old] }), [said]);
    const byEnvid = await whom({ envid: before.envid() }, { former: [old] });
    assert.deepEqual(byEnvid, ['ann@example.net mailing mailone']);
    assert.deepEqual(await whom({}, { detail }), ['ann@example.net none -'], 'of no other list');
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
