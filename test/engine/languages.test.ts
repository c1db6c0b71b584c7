import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { waitingIn } from '../../src/spool/places.ts';
import { makeSite } from '../site.ts';
import { messageBy, putEntry } from './entries.ts';
import { type Letter, letters, moderated, spoolOf, work, write } from './moderating.ts';

/** What each language must say in the notices of one run: of joining, holding and rejecting. */
const runs = [
  {
    language: 'de',
    author: 'jürgen@müller.example',
    subject: 'Größe der Näpfe',
    notice: /Sie beginnt so:\n\n {4}The cat is hungry\./,
    joining: /Jemand, hoffentlich Sie, hat darum gebeten, dass jürgen@müller\.example/,
    reason: 'Nur für Hunde, größere.',
    rejected: /wurde nicht angenommen/,
  },
  {
    language: 'ja',
    author: '太郎@例え.example',
    subject: '猫の餌について',
    notice: /本文の冒頭：\n\n {4}The cat is hungry\./,
    joining: /どなたか（おそらくあなた）が、太郎@例え\.example/,
    reason: '犬の話だけにしてください。',
    rejected: /受け付けられませんでした/,
  },
] as const;

function only(all: readonly Letter[], to: string, subject: RegExp): Letter {
  const found = all.filter((one) => one.to === to && subject.test(one.subject));
  assert.equal(found.length, 1, all.map((one) => `${one.to}: ${one.subject}`).join('\n'));
  return found[0] as Letter;
}

describe('a list in another language', () => {
  for (const run of runs) {
    test(`${run.language}: joins, holds and rejects, with words of its own`, async () => {
      await using site = await makeSite();
      const list = await moderated(site, ['ann@m.example'], {
        language: run.language,
        // A stranger is written to once an hour: here that is to be the question whether he joins.
        heldNotices: false,
      });
      await write(site, run.author, 'cats-join@example.com', '', list);
      await putEntry(join(site.root, 'spool'), {
        message: messageBy(run.author, run.subject),
        sender: run.author,
      });
      await work(site);
      const before = letters(site);
      const joining = only(before, run.author, /^confirm [a-z2-7]{16}$/);
      assert.match(joining.text, run.joining);
      const notice = only(before, 'ann@m.example', new RegExp(run.author));
      assert.match(notice.text.replaceAll('\r\n', '\n'), run.notice);
      assert.match(notice.text, new RegExp(run.subject));
      for (const { headers } of before) {
        assert.equal(headers.get('content-language'), run.language);
        assert.match(headers.get('content-type') ?? '', /charset="?utf-8/i);
        assert.match(headers.get('auto-submitted') ?? '', /^auto-/);
        // What is written in a header is ASCII or UTF-8 words, never raw bytes of another kind.
        assert.match(headers.raw('subject').join(), /^[ -~\s]*$/);
      }
      await write(site, 'ann@m.example', notice.replyTo, `reject ${run.reason}`, list);
      await write(site, run.author, joining.replyTo, '', list);
      await work(site);
      const after = letters(site);
      const rejected = only(after, run.author, run.rejected);
      assert.ok(rejected.text.includes(`  - ${run.reason}`), rejected.text);
      assert.ok(rejected.text.includes(run.subject));
      const opened = site.open();
      const members = (await (await opened.store()).countMembers(list)).member;
      await opened.close();
      assert.equal(members, 2);
      assert.equal([...waitingIn(spoolOf(site), 'pipeline')].length, 0);
    });
  }
});
