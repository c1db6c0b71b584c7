import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownCopies } from '../../src/engine/own-copies.ts';
import type { Site } from '../../src/engine/site.ts';
import { linkToken } from '../../src/mail/link.ts';
import { addressAt, recipientsOf } from '../../src/model/recipients.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { type Stepped, workAt } from './stopped.ts';

const now = 1_900_000_000_000;
const flow: readonly Stepped[] = ['incoming', 'pipeline', 'mailing'];
const ann = 'ann@x.example';
const full = { personalize: 'full', footer: 'Leave: {{ unsubscribe_link }}' };

/** What waits to be handed over. */
function batches(site: Site) {
  return [...waitingIn(site.spool, 'outgoing')].flatMap((place) => {
    const read = readPlace(place);
    if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') return [];
    const message = readFileSync(join(place.folder, 'message.eml'), 'latin1');
    return [{ work: read.meta.work, message }];
  });
}

test('what an author writes in {{ }} is filled in where the list filters parts as well', async () => {
  await using made = await makeSite();
  const settings = { ...full, personalBody: true, filterContent: true, filterTypes: ['image'] };
  await makeList(made, 'cats@example.com', [ann], settings);
  const site = made.open();
  const message = [
    `From: ${ann}`,
    'To: cats@example.com',
    'Subject: Dear {{ name }}',
    'Message-ID: <one@x.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: image/gif',
    '',
    'GIF89a',
    '--x',
    'Content-Type: text/plain',
    '',
    'Dear {{ name }}, herring.',
    '--x--',
    '',
  ].join('\r\n');
  await putEntry(site.spool.paths.root, { message, sender: ann, now });
  await workAt(site, now, flow);
  const [only] = batches(site);
  await site.close();
  assert(only);
  assert.doesNotMatch(only.message, /GIF89a|\{\{/);
  const { mark, fragments } = only.work.personal ?? {};
  const n = fragments?.indexOf('Dear {{ name }}, herring.');
  assert(only.message.includes(`{${mark}:text-${n}}`), only.message);
  const subject = fragments?.indexOf('Dear {{ name }}');
  assert(only.message.includes(`Subject: {${mark}:words-${subject}}`), only.message);
});

test('who is on an included list is given links to that list', async () => {
  await using made = await makeSite();
  const dogs = await makeList(made, 'dogs@example.com', ['dan@x.example'], { linkVersion: 3 });
  const settings = { ...full, includeLists: ['dogs@example.com'], verp: 'always' };
  await makeList(made, 'cats@example.com', [ann], settings);
  const site = made.open();
  await putEntry(site.spool.paths.root, { sender: ann, message: posting(), now });
  await workAt(site, now, flow);
  const found = batches(site);
  const member = await (await site.store()).member(dogs, 'member', 'dan@x.example' as never);
  const key = site.secret().for('link');
  await site.close();
  const own = found.find(({ work }) => addressAt(work.recipients, 0) === ann)?.work;
  const included = found.find(
    ({ work }) => addressAt(work.recipients, 0) === 'dan@x.example',
  )?.work;
  assert.equal(own?.personal?.name, 'cats');
  assert.equal(own?.membersOf, undefined);
  assert.equal(included?.membersOf, dogs);
  assert(included?.personal && member);
  const links = { key, separator: '+', url: '' };
  const copies = await ownCopies(
    included.personal,
    included.recipients,
    links,
    async () => new Map(),
  );
  const [field] = copies.values(0, [1]);
  assert.equal(
    field,
    `<mailto:dogs-leave+${linkToken(key, 'unsubscribe', member.number, 3)}@example.com>`,
  );
});

test('copies may say what a member wants of his mail', async () => {
  await using made = await makeSite();
  const list = await makeList(made, 'cats@example.com', [ann], full);
  const site = made.open();
  const store = await site.store();
  const member = await store.member(list, 'member', ann as never);
  const people = await store.people.persons(list, [member?.number ?? 0]);
  await site.close();
  const text = '{{ options.mode }}, own posts {{ options.ownPosts }}';
  const personal = { mark: 'mark0123456789', fragments: [text], given: {}, links: 0 };
  const to = recipientsOf([[ann, member?.number ?? 0]]);
  const links = { key: Buffer.alloc(32), separator: '+', url: '' };
  const about = { ...personal, name: 'cats', domain: 'example.com', language: 'en' };
  const copies = await ownCopies(about, to, links, async () => people);
  assert(
    copies
      .values(
        0,
        copies.names.map(() => 1),
      )
      .includes('regular, own posts on'),
  );
});

function posting(): string {
  return [
    `From: ${ann}`,
    'To: cats@example.com',
    'Subject: food',
    'Message-ID: <two@x.example>',
    '',
    'Herring.',
    '',
  ].join('\r\n');
}
