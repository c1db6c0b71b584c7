/**
 * A real Postfix takes our mailings, fails to deliver some copies, and its reports come back to
 * us, day after day on a clock of our own, until a member is disabled.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, until } from '../../bench/suite.ts';
import { Allowance } from '../../src/engine/allowance.ts';
import { bounceStep } from '../../src/engine/bounces.ts';
import { Hand } from '../../src/engine/hand.ts';
import { Peers } from '../../src/engine/peers.ts';
import type { Site } from '../../src/engine/site.ts';
import { siteTexts } from '../../src/engine/templates.ts';
import { addressKey } from '../../src/mail/address.ts';
import type { ListId } from '../../src/model/ids.ts';
import { unbundled, waitingIn } from '../../src/spool/places.ts';
import { messageBy, putEntry, startWorker, stopWorker } from '../engine/entries.ts';
import { address } from '../literals.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { noPostfix, startPostfix } from './postfix-instance.ts';

const dayMs = 86_400_000;
const noon = Date.UTC(2026, 10, 24, 12);
const gone = 'gone@a.example';
const full = 'full@b.example';
const picky = 'picky@c.example';
const fine = 'fine@d.example';

type Way = {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the smtpd that we speak to does not say. */
  readonly hidden: string;
  readonly proof: string;
};

const ways: readonly Way[] = [
  {
    name: 'one return path, without DSN',
    settings: { verp: 'never', dsn: 'none' },
    hidden: 'dsn, verp',
    proof: 'message',
  },
  {
    name: 'one return path, with DSN',
    settings: { verp: 'never', dsn: 'recipient' },
    hidden: 'verp',
    proof: 'mailing',
  },
  {
    name: 'a return path for each',
    settings: { verp: 'always', dsn: 'none' },
    hidden: 'verp',
    proof: 'recipient',
  },
  {
    name: 'return paths by XVERP',
    settings: { verp: 'always', dsn: 'none' },
    hidden: 'etrn',
    proof: 'mailing',
  },
];

/** Books all reports that wait, at a time of ours; gives their number. */
async function bookAll(site: Site, now: number): Promise<number> {
  const store = await site.store();
  const { bounces } = store;
  const parts = {
    verpKey: site.secret().for('verp'),
    peers: new Peers((list) => bounces.providers(list)),
    allowance: new Allowance(),
    shownToday: bounces.shownToday.bind(bounces),
    texts: siteTexts(site.paths.templates, site.log),
  };
  const desk = { now, config: site.config, books: store };
  await using hand = new Hand(site);
  let booked = 0;
  for (const place of [...unbundled(waitingIn(site.spool, 'bounce'))]) {
    const taken = await hand.take(place);
    assert(taken.kind === 'taken');
    const { meta, message, folder } = taken.claim;
    const outcome = await bounceStep({ meta, message, folder, tries: 1 }, desk, parts);
    await hand.settle(place, taken.claim, outcome, now);
    booked += 1;
  }
  return booked;
}

async function stands(site: Site, list: ListId, who: string) {
  const { bounces } = await site.store();
  const [row] = await bounces.at(addressKey(address(who)), list);
  const events = row ? [...bounces.events(row.member)].reverse() : [];
  return { status: row?.status, score: row?.score ?? 0, events };
}

for (const { name, settings, hidden, proof } of ways) {
  // One return path: one report for all of a message's recipients.
  const shared = settings['verp'] === 'never';
  test(`a dead address is disabled on the third day: ${name}`, { skip: noPostfix }, async () => {
    await using remote = await startSink({
      keep: true,
      rules: [
        { stage: 'rcpt', match: /gone@/, reply: '550 5.1.1 <gone@a.example>: no such user' },
        { stage: 'rcpt', match: /full@/, reply: '552 5.2.2 mailbox full' },
        { stage: 'body', match: /picky@/, reply: '554 5.7.1 message looks like spam' },
      ],
    });
    const lmtp = await freePort();
    // What a site makes is not for Postfix's own user: it sets another mask.
    process.umask(0o022);
    await using postfix = await startPostfix({
      transport: {
        'lists.example': `lmtp:inet:127.0.0.1:${lmtp}`,
        '*': `smtp:[127.0.0.1]:${remote.port}`,
      },
      settings: {
        recipient_delimiter: '+',
        relay_domains: 'lists.example',
        smtpd_authorized_verp_clients: '$mynetworks',
        smtpd_discard_ehlo_keywords: hidden,
        // Else one refusal of the content would be everybody's.
        smtp_destination_recipient_limit: '1',
      },
    });
    await using made = await makeSite(
      `[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n[[relay]]\nport = ${postfix.port()}\ntls = "none"\n`,
    );
    const list = await makeList(made, 'cats@lists.example', [gone, full, picky, fine], {
      ...settings,
      nonmemberAction: 'accept',
      bounceThreshold: 3,
    });
    const site = made.open();
    const runners = ['lmtp', 'incoming', 'pipeline', 'mailing', 'outgoing'];
    const workers = runners.map((runner) => startWorker(made, runner));
    try {
      for (const day of [0, 1, 2, 3]) {
        const message = messageBy('ann@author.example', `day ${day}`, 'cats@lists.example');
        await putEntry(join(made.root, 'spool'), {
          message: message.replace('<1@', `<day${day}@`),
          sender: 'ann@author.example',
          recipient: 'cats@lists.example',
          list,
        });
        const arrived = () => remote.stats().recipients > day;
        await until(`${fine} has it`, 60_000, arrived, 50);
        // A dead address that is disabled gets no copy, and so none comes back.
        const failing = shared ? 1 : day < 3 ? 3 : 2;
        const back = () => [...unbundled(waitingIn(site.spool, 'bounce'))].length >= failing;
        await until(`${failing} reports are back`, 60_000, back, 50);
        assert.equal(await bookAll(site, noon + day * dayMs), failing);
      }
    } finally {
      await Promise.all(workers.map(stopWorker));
    }
    const dead = await stands(site, list, gone);
    assert.equal(dead.status, 'by-bounces');
    assert.deepEqual(
      dead.events.map((event) => [event.effect, event.cause, event.status, event.proof]),
      ['counted', 'counted', 'disabled'].map((effect) => [effect, 'dead', '5.1.1', proof]),
    );
    const heavy = await stands(site, list, full);
    assert.deepEqual([heavy.status, heavy.score, heavy.events[0]?.cause], ['enabled', 2, 'full']);
    const refused = await stands(site, list, picky);
    assert.deepEqual([refused.status, refused.score], ['enabled', 0]);
    assert(refused.events.every(({ effect, cause }) => effect === 'ours' && cause === 'spam'));
    assert.equal((await stands(site, list, fine)).events.length, 0);
    await site.close();
  });
}
