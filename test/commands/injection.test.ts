/** What strangers write gets into headers of letters as a value, never as a field or a body. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parkedIn } from '../../src/spool/places.ts';
import { call } from '../cli/called.ts';
import { address } from '../literals.ts';
import { office } from './desk.ts';

/** Line ends and what ends a header, by each encoding that is decoded somewhere. */
const evil = [
  '=?utf-8?q?x=0D=0AX-Bad:_1=0D=0A=0D=0Abody?=',
  `=?utf-8?b?${Buffer.from('x\r\nX-Bad: 1\r\n\r\nbody').toString('base64')}?=`,
  '=?utf-16le?b?eAANAAoAWAAtAEIAYQBkADoAIAAxAA==?=',
  '=?utf-8?q?x=E2=80=A8X-Bad:_1=C2=85X-Bad:_2=00?=',
  'x\rX-Bad: 1',
];

const own =
  /^(?:From|To|Reply-To|Subject|Message-ID|Date|In-Reply-To|References|Auto-Submitted|Precedence|MIME-Version|Content-[A-Za-z-]+):/;

/** Fields of a letter that are none of ours; a raw CR or NUL is one. */
function foreign(head: string): string[] {
  const fields = head.split(/\r\n(?![ \t])/);
  return fields.filter((field) => !own.test(field) || /[\0]|\r(?!\n)|(?<!\r)\n/.test(field));
}

test('no field that reaches a letter of ours makes another', async () => {
  await using here = await office(
    { heldNotices: true, nonmemberAction: 'hold', joinPolicy: 'moderate', tellOwners: true },
    ['bob@example.net'],
    '[commands]\nstrangerHour = 1000\nstrangerDay = 1000\nsourceHour = 1000\nsourceDay = 1000\n',
  );
  const admin = here.store.as('test');
  await admin.addMember(here.list, 'moderator', address('mod@example.com'));
  await admin.addMember(here.list, 'owner', address('own@example.com'));
  let letters = 0;
  let touched = 0;
  const look = (all: Awaited<ReturnType<typeof here.send>>) => {
    for (const { head } of all) {
      letters += 1;
      assert.deepEqual(foreign(head), []);
      if (/eve\d/.test(head)) touched += 1;
    }
    return all;
  };
  for (const [n, text] of evil.entries()) {
    const eve = `eve${n}@x.example`;
    const header = [`Reply-To: ${text} <${eve}>`, `Sender: ${text} <${eve}>`];
    const sender = eve;
    // He is held, and all are told: his name, subject and Message-ID are in what they get.
    const from = `${text} <${eve}>`;
    const id = `References: <a${text}@x>`;
    const posted = await here.send('cats@example.com', from, {
      ...{ subject: text, text, sender, header: [...header, id] },
    });
    const notice = look(posted).find(({ to }) => to.includes('mod@example.com'));
    assert(notice, 'the moderator is told');
    // His name is in the request, in the welcome, and in what the owners are told.
    const [asked] = look(await here.send('cats-join@example.com', from, { sender, header }));
    const replyTo = `cats-confirm+${asked?.token}@example.com`;
    const decided = look(await here.send(replyTo, from, { sender, subject: `Re: ${text}` }));
    const request = decided.find(({ token }) => token !== '');
    if (request) look(await here.send(request.replyTo, 'mod@example.com', { subject: text }));
    // What he orders is repeated to him.
    const order = `echo ${text}\nset address ${text}@x.example\nhelp ${text}`;
    const message = { sender, subject: `help ${text}`, text: order, header };
    look(await here.send('cats-request@example.com', from, message));
    // What the moderator writes as a reason reaches the author.
    look(await here.send(notice.replyTo, 'mod@example.com', { text: `reject ${text}` }));
  }
  assert(letters >= 7 * evil.length, `${letters} letters`);
  assert(touched > evil.length, `${touched} of them have what he wrote in their header`);
});

test('nor does what those who run a list say of members and postings at the command line', async () => {
  await using here = await office({ nonmemberAction: 'hold', heldNotices: false });
  here.time.now = Date.now();
  const site = here.root;
  const text = 'x\r\nX-Bad: 1\r\n\r\nbody';
  const csv = join(here.root, 'roster.csv');
  writeFileSync(csv, `address,name\ncsv@x.example,"${evil[0]} x\u0085X-Bad: 1\u2028X-Bad: 1"\n`);
  await here.send('cats@example.com', 'sam@x.example', { subject: 'food' });
  const [held] = [...parkedIn(here.site.spool, 'held')];
  const calls: readonly (readonly string[])[] = [
    ['member', 'import', 'cats', csv, '--welcome'],
    // More lines than one are refused in a file.
    ['member', 'add', 'cats', 'add@x.example', '--name', text, '--welcome'],
    ['member', 'invite', 'cats', 'invite@x.example', '--text', text],
    ['held', 'reject', held?.id ?? '', '--reason', text],
  ];
  let letters = 0;
  for (const words of calls) {
    const { err } = await call([...words], { site });
    assert.equal(err, '');
    for (const { head } of await here.work()) {
      letters += 1;
      assert.deepEqual(foreign(head), [], words.join(' '));
    }
  }
  assert.equal(letters, calls.length, 'each was mailed');
});
