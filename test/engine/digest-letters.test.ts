/** The messages of a digest, as their readers have them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { parseHeaders } from '../../src/mail/headers.ts';
import { cut } from '../mail/decorated.ts';
import { type Digesting, digesting } from './digesting.ts';

const bob = 'bob@x.example';
const archiveUrl = 'https://lists.example/cats/%h';

/** The one copy that an address got. */
function copyTo(on: Digesting, one: string): string {
  const [copy, ...more] = on.copies().filter(({ to }) => to.includes(one));
  assert(copy);
  assert.deepEqual(more, []);
  return copy.text;
}

function headerOf(text: string) {
  return parseHeaders(cut(Buffer.from(text)).header);
}

const name = 'Katzen & Käse';
const ofList = { address: 'cats@example.com', name };
/** Each field with what its one value is; undefined: it is not there. */
const fields: Readonly<Record<string, RegExp | undefined>> = {
  sender: /<cats-bounces@example\.com>$/,
  precedence: /^list$/,
  // People wrote what is in it, and answers are for the list (RFC 3834).
  'auto-submitted': undefined,
  'list-id': /<cats\.example\.com>$/,
  'list-post': /^<mailto:cats@example\.com>$/,
  'list-help': /^<mailto:cats-request@example\.com\?subject=help>$/,
  'list-owner': /^<mailto:cats-owner@example\.com>$/,
  'list-subscribe': /^<mailto:cats-join@example\.com>$/,
  'list-unsubscribe': /^<mailto:cats-leave@example\.com>$/,
  'list-archive': /^<https:\/\/lists\.example\/cats\/>$/,
  'x-beenthere': /^cats@example\.com$/,
  'content-language': /^en$/,
  'mime-version': /^1\.0$/,
};

test('the header of a digest says whose it is, which one, and how the list is used', async () => {
  await using on = await digesting({ displayName: name, archiveUrl });
  const modes = ['mime', 'plain', 'html', 'summary'] as const;
  for (const mode of modes) await on.add(`${mode}@x.example`, mode);
  await on.post('one', { fields: ['Precedence: bulk', 'Auto-Submitted: no'] });
  await on.turn();
  const ids = new Set<string | undefined>();
  for (const mode of modes) {
    const text = copyTo(on, `${mode}@x.example`);
    const headers = headerOf(text);
    const { from, to, replyTo, subject, date, messageId } = await simpleParser(text);
    assert.deepEqual(from?.value, [{ address: 'cats-request@example.com', name }]);
    assert.deepEqual([to].flat()[0]?.value, [ofList]);
    assert.deepEqual(replyTo?.value, [ofList]);
    assert.match(subject ?? '', /^Katzen & Käse.*Vol 1, Issue 1/);
    assert.equal(date?.getTime(), on.now);
    assert.match(messageId ?? '', /^<.+@example\.com>$/);
    ids.add(messageId);
    for (const [field, wanted] of Object.entries(fields)) {
      const values = headers.raw(field);
      assert.equal(values.length, wanted === undefined ? 0 : 1, `${mode} ${field}: ${values}`);
      if (wanted !== undefined) assert.match(values[0] ?? '', wanted);
    }
  }
  assert.equal(ids.size, modes.length, 'each form is a message of its own');
});

describe('the body of a digest', () => {
  test('has the masthead, then the table of contents, in front of the messages', async () => {
    await using on = await digesting({ subjectPrefix: '[cats]' });
    await on.add(bob, 'mime');
    await on.post('[cats] food');
    await on.post('Re: [cats] food', { fields: ['References: <1@x.example>'] });
    await on.turn();
    const { text = '', attachments } = await simpleParser(copyTo(on, bob));
    const order = [
      'Send postings to cats@example.com',
      'cats-request@example.com',
      'cats-owner@example.com',
      "Today's topics (2 messages):",
      ' 1. food (Ann)',
      ' 2. Ann',
      'End of cats Digest, Vol 1, Issue 1',
    ];
    const places = order.map((words) => text.indexOf(words));
    assert(!places.includes(-1), text);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    const subjects = attachments.map(({ content }) => headerOf(`${content}`).get('subject'));
    assert.deepEqual(subjects, ['[cats] food', 'Re: [cats] food'], 'as their authors wrote them');
  });

  test('is, where it is a page, the same as text beside it', async () => {
    await using on = await digesting({ archiveUrl });
    await on.add(bob, 'html');
    await on.post('one', { body: 'About one.\n\nKäse < Brot' });
    await on.post('two');
    await on.turn();
    const copy = copyTo(on, bob);
    assert.match(copy, /^Content-Type: multipart\/alternative; boundary=/m);
    const types = [...copy.matchAll(/^Content-Type: (text\/\w+)/gm)].map(([, type]) => type);
    assert.deepEqual(types, ['text/plain', 'text/html'], 'the best one last');
    const { text = '', html, attachments } = await simpleParser(copy);
    assert.deepEqual(attachments, []);
    assert.match(text, /\n-{70}\n\nMessage: 1\n[\s\S]*\n-{30}\n\nMessage: 2\n[\s\S]*\n\*{10,}\n/);
    assert.match(text, /Käse < Brot/);
    const page = html || '';
    assert.match(page, /^<!DOCTYPE html>/);
    assert.match(page, /Käse &lt; Brot/);
    for (const n of [1, 2]) {
      assert(page.includes(`href="#m${n}"`), 'the table leads to the message');
      assert(page.includes(`id="m${n}"`));
    }
    assert.match(page, /<h2><a href="https:\/\/lists\.example\/cats\/[A-Z2-7]{32}">1\. one</);
  });

  test('is in a summary who wrote of what, and where it is; what they wrote is not', async () => {
    await using on = await digesting({ archiveUrl });
    await on.add(bob, 'summary');
    await on.post('one');
    await on.post('two', { fields: ['X-No-Archive: yes'] });
    await on.turn();
    const copy = copyTo(on, bob);
    const { text = '', html, attachments } = await simpleParser(copy);
    assert.deepEqual([html, attachments], [false, []]);
    assert.match(text, / 1\. one \(Ann\)\n +https:\/\/lists\.example\/cats\/[A-Z2-7]{32}\n/);
    assert.match(text, / 2\. two \(Ann\)\n\n/, 'it can be read nowhere');
    assert.doesNotMatch(copy, /About/);
  });
});
