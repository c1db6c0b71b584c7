import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isBroken, readMessage } from '../../src/mail/message.ts';
import { messageFile } from '../../src/spool/layout.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { makeList, makeSite } from '../site.ts';
import { messageBy, putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const now = 1_800_000_000_000;

test('postings are numbered in the order in which they are accepted, and answers anew', async () => {
  await using site = await makeSite();
  const author = 'm1@d0.example';
  await makeList(site, 'cats@example.com', [author], { subjectPrefix: '[cats %d] ' });
  const opened = site.open();
  for (const subject of ['food', 'Re: [cats 1] food', 'sleep']) {
    await putEntry(opened.spool.paths.root, { message: messageBy(author, subject), now });
    await workAt(opened, now, ['incoming', 'pipeline']);
  }
  const subjects: string[] = [];
  for (const { folder } of waitingIn(opened.spool, 'outgoing')) {
    const message = await readMessage(join(folder, messageFile));
    assert(!isBroken(message));
    subjects.push(message.headers.get('subject') ?? '');
  }
  assert.deepEqual(subjects.sort(), ['[cats 1] food', '[cats 2] Re: food', '[cats 3] sleep']);
  await opened.close();
});
