import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDestination } from '../../src/engine/desk.ts';
import { targetFor } from '../../src/engine/door.ts';
import type { Site } from '../../src/engine/site.ts';
import { isGenuineLink, memberOfLink } from '../../src/mail/link.ts';
import { putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { type Sink, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

const all = ['incoming', 'command', 'virgin', 'pipeline', 'mailing', 'outgoing'] as const;
const [ann, bob] = ['ann@x.example', 'bob@y.example'] as const;

/** The fields of a member's newest copy that say how to leave. */
function fieldsOf(sink: Sink, member: string): { mail: string; page: string; post: string } {
  const copy = sink.messages.findLast(({ to }) => to.includes(member))?.bytes.toString() ?? '';
  const [, field = ''] = /^List-Unsubscribe: ((?:.*)(?:\r\n[ \t].*)*)/m.exec(copy) ?? [];
  const [, mail = ''] = /<mailto:([^>]+)>/.exec(field) ?? [];
  const [, page = ''] = /<(https:[^>]+)>/.exec(field) ?? [];
  const [, post = ''] = /^List-Unsubscribe-Post: (.*)\r$/m.exec(copy) ?? [];
  return { mail, page, post };
}

/** What a mail program sends to such an address: nothing, in nobody's name. */
async function press(site: Site, recipient: string): Promise<void> {
  const { separator } = site.config.site;
  const found = await findDestination(await site.store(), recipient, separator);
  assert(found, recipient);
  const { queue, list, work } = targetFor(found, recipient, 'lmtp');
  const message = 'From: program@mail.example\r\nAuto-Submitted: auto-generated\r\n\r\n';
  await putEntry(site.paths.spool, { queue, list, work, recipient, message, sender: null });
  await workAt(site, Date.now(), all);
}

test('what a copy says of leaving works, without an answer, until it is revoked', async () => {
  await using sink = await startSink({ keep: true });
  const web = '[web]\nurl = "https://lists.example.com"\n';
  await using made = await makeSite(`${web}[[relay]]\nport = ${sink.port}\n`);
  const settings = { personalize: 'headers', goodbye: false, leavePolicy: 'confirm' };
  const list = await makeList(made, 'cats@example.com', [ann, bob], settings);
  const site = made.open();
  const store = await site.store();
  const isMember = async (address: string) =>
    (await store.member(list, 'member', address as never)) !== undefined;
  const post = async () => {
    await putEntry(site.paths.spool, { sender: ann, message: posting() });
    await workAt(site, Date.now(), all);
  };
  await post();
  const old = fieldsOf(sink, bob);
  // The page that stands at web.url has what it needs to know in the link, and one key.
  const token = old.page.replace('https://lists.example.com/unsubscribe/', '');
  const number = memberOfLink(token) ?? 0;
  assert.equal(number, (await store.member(list, 'member', bob as never))?.number);
  assert(isGenuineLink(site.secret().for('link'), 'unsubscribe', token, number, 0));
  assert(!isGenuineLink(site.secret().for('link'), 'preferences', token, number, 0));
  assert.equal(old.post, 'List-Unsubscribe=One-Click');
  assert(old.mail.includes(token), old.mail);

  const { mail } = fieldsOf(sink, ann);
  const written = sink.stats().distinct;
  await press(site, mail);
  assert.deepEqual([await isMember(ann), await isMember(bob)], [false, true]);
  assert.equal(sink.stats().distinct, written, 'nobody is asked, nobody is answered');
  await press(site, mail);
  assert.equal(sink.stats().distinct, written, 'pressed twice is pressed once');

  await store.as('test').changeSettings(list, [{ name: 'linkVersion', value: 1 }]);
  await press(site, old.mail);
  assert.equal(await isMember(bob), true, 'revoked: nothing is proven by it');
  await store.as('test').addMember(list, 'member', ann as never);
  await post();
  const now = fieldsOf(sink, bob);
  assert.notEqual(now.mail, old.mail);
  await press(site, now.mail);
  assert.equal(await isMember(bob), false);
  await site.close();
});

let posted = 0;
function posting(): string {
  posted += 1;
  const head = [`From: ${ann}`, 'To: cats@example.com', `Subject: ${posted}`];
  return [...head, `Message-ID: <${posted}@x.example>`, '', 'Herring.', ''].join('\r\n');
}
