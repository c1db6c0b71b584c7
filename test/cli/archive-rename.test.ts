import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type ListId, listId } from '../../src/model/ids.ts';
import { mail } from '../archive/archived.ts';
import { putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

const now = Date.UTC(2026, 10, 24);
const question = mail({ 'Message-ID': '<q@x.example>', Subject: 'Which food?' }, 'Herring?\n');
/** Only its subject says what it answers. */
const answer = mail(
  { 'Message-ID': '<a@x.example>', Subject: 'Re: [dogs] Which food?' },
  'Salmon.\n',
);

/** Lets the runner keep a posting that came for a list, under whatever name. */
async function archived(made: TestSite, list: ListId, message: string): Promise<void> {
  const site = made.open();
  const root = site.spool.paths.root;
  await putEntry(root, { queue: 'archive', list, work: { kind: 'archive' }, message, now });
  await workAt(site, now, ['archive']);
  await site.close();
}

describe('the archive of a list that was renamed', () => {
  test('goes on as one: folder, threads, search, pages and their links', async () => {
    await using made = await makeSite();
    const cats = await makeList(made, 'cats@example.com', 1, { archivePolicy: 'public' });
    await archived(made, cats, question);
    await say(made, 'archive', 'site', 'cats', 'pages');
    const old = readdirSync(join(made.root, 'pages', 'm'));
    await say(made, 'list', 'rename', 'cats', 'dogs@example.com', '--no-alias');
    const dogs = listId('dogs.example.com');
    await archived(made, dogs, answer);

    assert(!existsSync(join(made.root, 'var', 'archive', dogs)), 'no folder of its own');
    const { out } = await say(made, 'archive', 'search', 'list:dogs', 'food', '--json');
    const found: { list: string; messageId: string }[] = JSON.parse(out);
    assert.deepEqual(
      found.map(({ list, messageId }) => [list, messageId]),
      [
        [dogs, '<a@x.example>'],
        [dogs, '<q@x.example>'],
      ],
    );
    const tree = await say(made, 'archive', 'thread', 'a@x.example', '--list', 'dogs');
    assert.match(tree.out, /Which food\?\n.* {3}Anne: Re: \[dogs\] Which food\?\n$/);
    await say(made, 'archive', 'rebuild');
    assert.equal((await say(made, 'archive', 'thread', 'a@x.example')).out, tree.out);

    await say(made, 'archive', 'site', 'dogs', 'pages');
    const pages = readdirSync(join(made.root, 'pages', 'm'));
    assert.equal(pages.length, 2);
    for (const page of old) assert(pages.includes(page), 'a permalink that was given is good');
    await say(made, 'archive', 'rm', 'q@x.example', '--yes');
    assert.equal((await say(made, 'archive', 'search', 'herring')).out, 'Nothing.\n');
  });

  test('is not that of another list, which has the old name now', async () => {
    await using made = await makeSite();
    const cats = await makeList(made, 'cats@example.com', 1, { archivePolicy: 'public' });
    await archived(made, cats, question);
    await say(made, 'list', 'rename', 'cats', 'dogs@example.com', '--no-alias');
    await say(made, 'list', 'create', 'cats@example.com', '--owner', 'ann@example.net');
    await archived(made, cats, answer);
    const search = async (words: string) =>
      (await say(made, 'archive', 'search', words)).out.match(/^[A-Z2-7]{32} .*$/gm);
    assert.match((await search('list:cats'))?.join() ?? '', /^\w+ [^,]* cats\.example\.com$/);
    assert.match((await search('list:dogs'))?.join() ?? '', /^\w+ [^,]* dogs\.example\.com$/);
    const folder = join(made.root, 'var', 'archive', 'cats-2.example.com');
    assert.match(readFileSync(join(folder, '2026-11.mail'), 'utf8'), /"called":"cats.example.com"/);
  });
});
