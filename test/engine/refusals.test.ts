/** What the books hold of members after the MTA said no. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey } from '../../src/mail/address.ts';
import { say } from '../cli/said.ts';
import { address } from '../literals.ts';
import { type SinkRule, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const members = ['ann@example.net', 'bob@example.net', 'gone@example.net'];

/** `via cause effect` of each member's failures, and what was counted, after a posting. */
async function booked(rules: readonly SinkRule[]) {
  await using sink = await startSink({ rules });
  const toml = `[[relay]]\nport = ${sink.port}\n`;
  await using made = await makeSite(toml);
  const list = await makeList(made, 'cats@example.com', members, { nonmemberAction: 'accept' });
  const site = made.open();
  await putEntry(site.paths.spool);
  await workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing', 'outgoing']);
  const { bounces } = await site.store();
  const found: Record<string, string> = {};
  for (const who of members) {
    const [row] = await bounces.at(addressKey(address(who)), list);
    const [event] = row ? [...bounces.events(row.member)] : [];
    if (event) found[who] = `${event.via} ${event.proof} ${event.cause} ${event.effect}`;
  }
  await site.close();
  const [mailing] = JSON.parse((await say(made, 'mailing', 'ls', '--all', '--json')).out);
  const { delivered, refused, failed } = mailing;
  return { found, counts: [delivered, refused, failed] };
}

const gone = (reply: string): SinkRule => ({ stage: 'rcpt', match: /gone@/, reply });
const message = (reply: string): SinkRule => ({ stage: 'body', match: /@/, reply });

test('a refusal of a recipient counts like a report about him', async () => {
  const { found, counts } = await booked([gone('550 5.1.1 no such user')]);
  assert.deepEqual(found, { 'gone@example.net': 'refused smtp dead counted' });
  assert.deepEqual(counts, [2, 1, 0]);
});

test('a refusal of the message counts for nobody', async () => {
  const { found, counts } = await booked([message('554 5.1.1 no such user')]);
  assert.deepEqual(found, {});
  assert.deepEqual(counts, [0, 0, 3]);
});
