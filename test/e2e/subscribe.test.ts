/** Real workers: people join, post, mute and leave by mail, all at the same time. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { makeSuite, until } from '../../bench/suite.ts';
import { parseAddress } from '../../src/mail/address.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import type { ListId } from '../../src/model/ids.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { type SunkMessage, startSink } from '../sink.ts';
import { makeList } from '../site.ts';

const waitMs = 30_000;
const joiners = 12;
/** Members whose copies are refused meanwhile. */
const dead = 20;

function headersOf({ bytes }: SunkMessage) {
  return parseHeaders(bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 2));
}

function subjectOf(message: SunkMessage): string {
  return headersOf(message).get('subject') ?? '';
}

test('join, confirm, welcome, post, mute, leave; no change is lost beside the others', async () => {
  await using sink = await startSink({
    keep: true,
    rules: [{ stage: 'rcpt', match: /dead\d/, reply: '550 5.1.1 no such user' }],
  });
  const toml = `[[relay]]\nport = ${sink.port}\n[commands]\nsourceHour = 1000\n`;
  await using suite = await makeSuite(toml);
  const list: ListId = await makeList(suite.site, 'cats@example.com', [
    'bob@example.net',
    ...Array.from({ length: dead }, (_, n) => `dead${n}@example.net`),
  ]);
  const site = suite.site.open();
  const store = await site.store();
  let serial = 0;
  const mail = async (from: string, to: string, ...lines: readonly string[]) => {
    serial += 1;
    const id = `<${serial}@test.example>`;
    const head = [`From: ${from}`, `To: ${to}`, `Message-ID: ${id}`, ...lines, '', 'Herring.', ''];
    const arrival = await arrive(site.spool, Readable.from([Buffer.from(head.join('\r\n'))]), 1e6);
    const work = { kind: 'mail', via: 'lmtp' } as const;
    await accept(
      site.spool,
      arrival,
      from,
      [{ queue: 'incoming', recipient: to, work }],
      Date.now(),
    );
    return id;
  };
  const sentTo = (address: string) => sink.messages.filter(({ to }) => to.includes(address));
  const got = async (address: string, subject: RegExp): Promise<SunkMessage> => {
    const find = () => sentTo(address).find((one) => subject.test(subjectOf(one)));
    await until(`${address} gets ${subject}`, waitMs, () => find() !== undefined);
    const found = find();
    assert(found);
    return found;
  };
  const answer = async (address: string, message: SunkMessage) => {
    await mail(address, headersOf(message).get('reply-to') ?? '', `Subject: Re: x`);
  };
  const isMember = async (address: string) => {
    const key = parseAddress(address) as never;
    return (await store.member(list, 'member', key)) !== undefined;
  };
  await suite.start('outgoing', 'virgin', 'mailing', 'pipeline', 'command', 'bounce', 'incoming');

  const people = Array.from({ length: joiners }, (_, n) => `p${n}@example.net`);
  await Promise.all(people.map((one) => mail(one, 'cats-join@example.com')));
  const first = await mail('bob@example.net', 'cats@example.com', 'Subject: while they join');
  const asked = await Promise.all(people.map((one) => got(one, /confirm/)));
  assert.equal(await isMember('p0@example.net'), false);
  await Promise.all(asked.map((one, n) => answer(people[n] ?? '', one)));
  // The same rows from another process at the same time: none of it may be lost.
  const admin = store.as('test');
  for (let n = 0; n < joiners; n += 1) {
    await admin.addMember(list, 'member', parseAddress(`q${n}@example.net`) as never);
  }
  await Promise.all(people.map((one) => got(one, /Welcome/)));
  for (const one of people) assert.equal(await isMember(one), true, one);
  assert.equal((await store.countMembers(list)).member, 2 * joiners + dead + 1);

  await got('bob@example.net', /while they join/);
  const answered = `References: ${first}`;
  await mail('bob@example.net', 'cats@example.com', 'Subject: Re: while', answered);
  const copy = await got('p0@example.net', /Re: while/);
  const [, muteAddress = ''] =
    /<mailto:([^>?]*)/.exec(headersOf(copy).get('list-mute') ?? '') ?? [];
  await mail('p0@example.net', decodeURIComponent(muteAddress), 'Subject: Re: while');
  await got('p0@example.net', /results/);
  await mail('bob@example.net', 'cats@example.com', 'Subject: more of it', answered);
  await got('p1@example.net', /more of it/);
  await mail('bob@example.net', 'cats@example.com', 'Subject: another');
  await got('p0@example.net', /another/);
  assert.equal(
    sentTo('p0@example.net').some((one) => /more of it/.test(subjectOf(one))),
    false,
  );

  await mail('p1@example.net', 'cats-leave@example.com');
  const leaving = () => sentTo('p1@example.net').filter((one) => /confirm/.test(subjectOf(one)));
  await until('p1 is asked again', waitMs, () => leaving().length === 2);
  await answer('p1@example.net', leaving()[1] as SunkMessage);
  await until('p1 has left', waitMs, async () => !(await isMember('p1@example.net')));
  const failed = new Set<string>();
  for await (const one of store.members({ list, role: 'member' })) {
    const { failures } = await store.people.personal(one.address);
    if (Array.isArray(failures) && failures.length > 0) failed.add(one.address);
  }
  assert.equal(failed.size, dead, 'what was refused is booked, of each of them');
  for (const times of sink.pairs.values()) assert.equal(times, 1);
  await site.close();
});
