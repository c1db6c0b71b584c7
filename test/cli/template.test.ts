import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { siteTexts } from '../../src/engine/templates.ts';
import { silentLog } from '../../src/ground/log.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

function lay(site: TestSite, path: string, text: string): void {
  const file = join(site.root, 'config', 'templates', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe('template', () => {
  test('that of the list counts before that of the domain, the site and the package', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 0, { language: 'de' });
    const whose = async () => {
      const { out } = await say(site, 'template', 'ls', '--list', 'cats', '--json');
      const rows: { name: string; level: string; language: string }[] = JSON.parse(out);
      const found = rows.find(({ name }) => name === 'welcome');
      return `${found?.level} ${found?.language}`;
    };
    assert.equal(await whose(), 'shipped de');
    lay(site, 'site/en/welcome.txt', 'Subject: Hi\n\nsite\n');
    assert.equal(await whose(), 'site en', 'a text of the site says more than one of ours');
    lay(site, 'domains/example.com/de/welcome.txt', 'Subject: Hi\n\ndomain\n');
    assert.equal(await whose(), 'domain de');
    const shown = await say(site, 'template', 'show', 'welcome', '--list', 'cats', '--json');
    assert.equal(JSON.parse(shown.out).text, 'Subject: Hi\n\ndomain\n');
    lay(site, 'lists/cats.example.com/de/welcome.txt', 'Subject: Hi\n\nlist\n');
    assert.equal(await whose(), 'list de');
  });

  test('edit puts one in its place, show shows it filled, reset gives it up', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 0);
    const file = join(site.root, 'mine.txt');
    writeFileSync(file, 'Subject: Hello at {{ list }}\n\nHello {{ address }}\n');
    const about = ['welcome', '--list', 'cats', '--language', 'fr'];
    const { code, err } = await say(site, 'template', 'edit', ...about, '--from', file);
    assert.equal(code, 0, err);
    const shown = await say(site, 'template', 'show', ...about, '--filled');
    assert.equal(shown.out, 'Subject: Hello at Cats\n\nHello ann@example.org\n');
    assert.equal((await say(site, 'template', 'reset', ...about)).code, 0);
    assert.match((await say(site, 'template', 'show', ...about)).out, /Bienvenue/);
    assert.equal((await say(site, 'template', 'reset', ...about)).code, 66);
  });

  test('one with a fault is not taken, and told by check', async () => {
    await using site = await makeSite();
    const file = join(site.root, 'mine.txt');
    writeFileSync(file, 'Subject: Hello\n\n{{ adress }}\n');
    const { code, err } = await say(site, 'template', 'edit', 'welcome', '--from', file);
    assert.equal(code, 65);
    assert.match(err, /undefined variable: adress/);
    lay(site, 'site/en/goodbye.txt', 'Subject: Bye\n\n{% if %}\n');
    lay(site, 'en/goodbye.txt', 'Subject: Bye\n\nBye\n');
    lay(site, 'site/en/welcome.txt', 'Subject: Hi\n\nHi\n');
    const checked = await say(site, 'template', 'check');
    assert.equal(checked.code, 1);
    assert.match(checked.out, /1 sound, 2 with a fault/);
    assert.match(checked.err, /site\/en\/goodbye\.txt: .*\n?.*en\/goodbye|en\/goodbye/);
  });

  test('one with a fault is passed over when mail is written', async () => {
    await using site = await makeSite();
    const id = await makeList(site, 'cats@example.com', 0);
    lay(site, 'lists/cats.example.com/en/goodbye.txt', 'Subject: Bye\n\n{% if %}\n');
    const opened = site.open();
    const list = await (await opened.store()).list(id);
    assert(list);
    const texts = siteTexts(opened.paths.templates, silentLog);
    const { subject } = await texts('goodbye', undefined, list, { address: 'a@b.example' });
    assert.equal(subject, 'You left cats');
    await opened.close();
  });
});
