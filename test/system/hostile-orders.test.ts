/** Mail that is made to break what reads it, to those addresses where orders are read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parkedIn } from '../../src/spool/places.ts';
import { type Message, office } from '../commands/desk.ts';
import { address } from '../literals.ts';

const ann = 'ann@example.net';
const mia = 'mia@example.com';
const limit = { timeout: 120_000 };

const mime = (type: string) => ['MIME-Version: 1.0', `Content-Type: ${type}`];
const part = '--x\r\nContent-Type: application/octet-stream\r\n\r\ny\r\n';

function nested(depth: number): string {
  const levels = Array.from({ length: depth }, (_, n) => n);
  const open = (n: number) =>
    `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`;
  return `${levels.map(open).join('')}--b${depth}\r\n\r\necho deep\r\n--b${depth}--\r\n`;
}

const hostile: Readonly<Record<string, Message>> = {
  '10,000 parts': {
    header: mime('multipart/mixed; boundary=x'),
    text: `${part.repeat(10_000)}--x--`,
  },
  'nesting 1,000': { header: mime('multipart/mixed; boundary=b0'), text: nested(1000) },
  NULs: { text: `\0echo\0 one\0\necho ${'\0'.repeat(70_000)}\n` },
  'bare CR and LF': { text: 'echo one\recho two\n\recho three\r\r\n' },
  'an 8-bit header': { subject: 'echo \u00ff\u0080\u{1f408}', header: ['X-\u00e4: \u00ff'] },
  'a bad charset': { header: mime('text/plain; charset="x-none\u00ff"'), text: 'echo one' },
  'brackets without end': { header: mime('text/html'), text: '<'.repeat(200_000) },
  'scripts without end': { header: mime('text/html'), text: '<script '.repeat(30_000) },
  'a line without end': { text: `echo ${'on '.repeat(300_000)}wrote` },
  'orders without end': { text: 'echo one\n'.repeat(100_000) },
  'a boundary that is everything': {
    header: mime('multipart/mixed; boundary="-"'),
    text: '-'.repeat(99_999),
  },
  'base64 that is none': {
    header: [...mime('text/plain'), 'Content-Transfer-Encoding: base64'],
    text: '=%&'.repeat(99_999),
  },
};

test('is answered or dropped, by orders and by moderators, and stops nobody', limit, async () => {
  const much = 'strangerHour = 1000\nstrangerDay = 1000\nsourceHour = 1000\nsourceDay = 1000\n';
  await using here = await office({ heldNotices: false }, [ann], `[commands]\n${much}`);
  await here.store.as('test').addMember(here.list, 'moderator', address(mia));
  const [notice] = await here.send('cats@example.com', 'sam@else.example');
  assert(notice);
  const parked = () => [...parkedIn(here.site.spool, 'shunt'), ...parkedIn(here.site.spool, 'bad')];
  for (const [name, message] of Object.entries(hostile)) {
    const replies = await here.send('cats-request@example.com', ann, message);
    assert.ok(replies.length <= 1 && replies.every(({ to }) => to[0] === ann), name);
    const largest = Math.max(0, ...replies.map(({ text }) => text.length));
    assert.ok(largest < 100_000, `${name}: ${largest}`);
    const told = await here.send(notice.replyTo, mia, message);
    assert.ok(
      told.every(({ to, text }) => to[0] === mia && /no command/.test(text)),
      name,
    );
    assert.deepEqual(parked(), [], name);
  }
  // A header that is no header any more is kept for a person to look at.
  const long = [`X-Long: ${'y'.repeat(9_000_000)}`];
  for (const to of ['cats-request@example.com', notice.replyTo]) {
    assert.deepEqual(await here.send(to, mia, { header: long, text: 'accept' }), []);
  }
  assert.deepEqual([...parkedIn(here.site.spool, 'shunt')], []);
  assert.equal(parked().length, 2);
  const [ours] = await here.send('cats-request@example.com', ann, { text: 'echo here' });
  assert.match(ours?.text ?? '', /> echo here/);
  assert.equal([...parkedIn(here.site.spool, 'held')].length, 1, 'nothing was decided');
});
