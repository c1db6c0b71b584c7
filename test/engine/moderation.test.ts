import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { type Letter, letters, moderated, spoolOf, work, write } from './moderating.ts';

const stranger = 'stranger@else.example';
const three = ['ann@m.example', 'bob@m.example', 'cid@m.example'];

/** The notices to moderators about a posting. */
const notices = (all: readonly Letter[]) => all.filter(({ replyTo }) => replyTo.includes('-held+'));
const addressIn = (letter: Letter | undefined, sub: string) =>
  new RegExp(`cats-${sub}\\+[a-z2-7]{16}@example\\.com`).exec(letter?.text ?? '')?.[0] ?? '';
const replies = (all: readonly Letter[]) =>
  all.filter(({ subject }) => subject.startsWith('The results'));

describe('a held posting', () => {
  test('is told to each moderator with addresses of his own, and to its author', async () => {
    await using site = await makeSite();
    await moderated(site, three);
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    const all = letters(site);
    const told = notices(all);
    assert.deepEqual(told.map(({ to }) => to).sort(), three);
    assert.equal(new Set(told.map((one) => addressIn(one, 'accept'))).size, 3);
    assert.match(told[0]?.text ?? '', /The cat is hungry\./);
    for (const { headers } of all) {
      assert.match(headers.get('auto-submitted') ?? '', /^auto-(replied|generated)$/);
    }
    const author = all.find(({ to }) => to === stranger);
    assert.match(author?.text ?? '', /waits until a moderator/);
  });

  test('without a subject is told as one, in the language of the list', async () => {
    await using site = await makeSite();
    await moderated(site, ['ann@m.example'], { language: 'de', requireSubject: true });
    const message = `From: ${stranger}\r\nTo: cats@example.com\r\n\r\nHerring.\r\n`;
    await putEntry(spoolOf(site).paths.root, { message, sender: stranger });
    await work(site);
    const all = letters(site);
    assert.equal(all.length, 2);
    for (const { text } of all) assert.match(text, /\(kein Betreff\)/);
  });

  test('is let go by the first of three who act at once; the others hear who it was', async () => {
    await using site = await makeSite();
    const list = await moderated(site, three);
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    const told = notices(letters(site));
    for (const [n, sub] of (['accept', 'reject', 'discard'] as const).entries()) {
      const letter = told[n];
      await write(site, letter?.to ?? '', addressIn(letter, sub), 'Because.', list);
    }
    await work(site);
    const spool = spoolOf(site);
    assert.deepEqual([...parkedIn(spool, 'held')], []);
    const answers = replies(letters(site)).map(({ to, text }) => ({ to, text }));
    assert.equal(answers.length, 3);
    const winner = answers.filter(({ text }) => !text.includes('already'));
    assert.equal(winner.length, 1);
    const late = answers.filter(({ text }) => text.includes(`already by ${winner[0]?.to}`));
    assert.equal(late.length, 2);
    const accepted = winner[0]?.text.includes('is accepted');
    assert.equal([...waitingIn(spool, 'pipeline')].length, accepted ? 1 : 0);
    const rejected = letters(site).filter(
      ({ to, text }) => to === stranger && /Because/.test(text),
    );
    assert.equal(rejected.length, winner[0]?.text.includes('is rejected') ? 1 : 0);
  });

  test('is rejected by a reply to the notice, with the words behind it as the reason', async () => {
    await using site = await makeSite();
    const list = await moderated(site, ['ann@m.example']);
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    const [notice] = notices(letters(site));
    const text = 'Reject: Only dogs here.\r\nSorry.\r\n\r\n> quoted\r\n-- \r\nAnn';
    await write(site, 'ann@m.example', notice?.replyTo ?? '', text, list);
    await work(site);
    const told = letters(site).find(({ subject }) => subject.includes('was not accepted'));
    assert.equal(told?.to, stranger);
    assert.match(told?.text ?? '', /- Only dogs here\. Sorry\./);
    assert.doesNotMatch(told?.text ?? '', /quoted|Ann/);
  });

  test('is not decided by an answering machine, nor by a reply without a word for it', async () => {
    await using site = await makeSite();
    const list = await moderated(site, ['ann@m.example']);
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    const [notice] = notices(letters(site));
    await write(site, 'ann@m.example', notice?.replyTo ?? '', 'What is this?', list);
    await write(site, 'ann@m.example', notice?.replyTo ?? '', '> accept\r\nHm.', list);
    const automatic = 'Auto-Submitted: auto-replied\r\n';
    await write(site, 'ann@m.example', notice?.replyTo ?? '', 'accept', list, automatic);
    await work(site);
    assert.equal([...parkedIn(spoolOf(site), 'held')].length, 1);
  });

  test('that somebody claims is told to the others', async () => {
    await using site = await makeSite();
    const list = await moderated(site, three);
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    const [notice] = notices(letters(site));
    await write(site, notice?.to ?? '', notice?.replyTo ?? '', 'claim', list);
    await work(site);
    const taken = letters(site).filter(({ subject }) => subject.includes('looks after'));
    assert.deepEqual(
      taken.map(({ to }) => to).sort(),
      three.filter((one) => one !== notice?.to),
    );
  });

  test('wants a second person where the list wants two; the same one twice is one', async () => {
    await using site = await makeSite();
    const list = await moderated(site, three, { twoModerators: true });
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    const told = notices(letters(site));
    const accept = async (n: number) => {
      await write(site, told[n]?.to ?? '', addressIn(told[n], 'accept'), '', list);
      await work(site);
      return [...waitingIn(spoolOf(site), 'pipeline')].length;
    };
    assert.match(told[0]?.text ?? '', /It is released when two have accepted it/);
    const asked = () =>
      letters(site)
        .filter(({ subject }) => subject.includes('a second person must accept'))
        .map(({ to }) => to)
        .sort();
    assert.equal(await accept(0), 0);
    const others = three.filter((one) => one !== told[0]?.to);
    assert.deepEqual(asked(), others);
    assert.equal(await accept(0), 0);
    assert.deepEqual(asked(), others, 'once is enough');
    assert.equal(await accept(1), 1);
  });

  test('is not decided by a token of another list, or one that was made up', async () => {
    await using site = await makeSite();
    const list = await moderated(site, ['ann@m.example']);
    await write(site, stranger, 'cats@example.com', 'The cat is hungry.');
    await work(site);
    await write(site, 'ann@m.example', 'cats-accept+abcdefgh234567ab@example.com', '', list);
    await work(site);
    assert.equal([...parkedIn(spoolOf(site), 'held')].length, 1);
  });
});
