import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { commands } from '../../src/commands/index.ts';
import { listSample } from '../../src/composers/samples.ts';
import { speak } from '../../src/composers/speaking.ts';
import { renderTemplate } from '../../src/composers/template.ts';
import { shippedTemplates } from '../../src/engine/shipped.ts';
import { tryTemplate } from '../../src/engine/template-files.ts';
import { readTemplate, siteTexts } from '../../src/engine/templates.ts';
import { silentLog } from '../../src/ground/log.ts';
import { languages } from '../../src/model/language.ts';
import {
  bookOf,
  type PhraseName,
  type PhraseValues,
  phraseBooks,
} from '../../src/model/phrases.ts';
import { cats } from '../literals.ts';

const texts = siteTexts('/nowhere', silentLog);
const books = Object.entries(phraseBooks) as [string, Readonly<Record<string, PhraseValues>>][];

function shipped(language: string, book: string): string {
  return readTemplate(join(shippedTemplates(), language, `${book}.txt`)) ?? '';
}

/** The sentences of a book by name, as they are written. */
function written(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/^\{% when "([a-z-]+)" %\}/gm)];
  return new Map(
    found.map((match, n) => {
      const end = found[n + 1]?.index ?? text.lastIndexOf('{% endcase %}');
      return [match[1] ?? '', text.slice(match.index + match[0].length, end)];
    }),
  );
}

/** What a sentence speaks of. */
function names(text: string): string {
  const found = [...text.matchAll(/(?:\{\{|\{% (?:if|case)) ([a-z_]+)/g)].map(([, name]) => name);
  return [...new Set(found)].sort().join(' ');
}

describe('every sentence', () => {
  test('stands in one book', () => {
    const all = books.flatMap(([, phrases]) => Object.keys(phrases));
    assert.equal(new Set(all).size, all.length);
    assert.throws(() => bookOf('dance' as PhraseName), /no sentence/);
  });

  for (const language of languages) {
    test(`${language}: is there, no other is, and it speaks of the same things as in English`, () => {
      for (const [book, phrases] of books) {
        const here = written(shipped(language, book));
        assert.deepEqual([...here.keys()].sort(), Object.keys(phrases).sort(), book);
        for (const [name, english] of written(shipped('en', book))) {
          const where = `${language} ${book} ${name}`;
          assert.equal(names(here.get(name) ?? ''), names(english), where);
        }
      }
    });

    test(`${language}: is another than its neighbours, and has nothing left open`, async () => {
      for (const [book, phrases] of books) {
        const lines = Object.entries(phrases).map(([name, values]) => {
          return { phrase: name as PhraseName, values };
        });
        const said = await speak(lines, texts, language, cats({ description: 'About cats' }));
        assert.equal(new Set(said).size, said.length, `${language} ${book}`);
        for (const [n, text] of said.entries()) {
          assert.match(text, /\S{2}/, `${language}: ${lines[n]?.phrase}`);
          assert.doesNotMatch(text, /\{[{%]|[%}]\}|undefined|NaN/, text);
        }
      }
    });
  }

  test('of a book is tried when the book is checked', () => {
    const whole = shipped('de', 'command-lines');
    assert.equal(tryTemplate('command-lines', 'de', whole).kind, 'text');
    const lame = whole.replace('{% when "stray" %}', '{% when "lost" %}');
    const tried = tryTemplate('command-lines', 'de', lame);
    assert.equal(tried.kind === 'broken' ? tried.why : '', 'it does not say "stray"');
  });

  test('says how a command is written: the line begins with its verb', () => {
    for (const language of languages) {
      const book = shipped(language, 'command-help');
      for (const { help, verbs } of commands) {
        const values = { ...listSample, phrase: help, languages: 'en|de' };
        const filled = renderTemplate(book, language, values, { strict: true });
        assert.ok(filled.kind === 'text');
        const form = new RegExp(`^${verbs[0]}\\b.*\\n(?:${verbs[0]} .*\\n)*(?: {4}\\S.*\\n)+$`);
        assert.match(filled.rendered.text, form, `${language} ${help}`);
      }
    }
  });
});

test('what is no sentence stays as it is, and what values hold is not looked through again', async () => {
  const hostile = { phrase: 'no-address', values: { text: '{{ address }}{% raw %}' } } as const;
  const said = await speak(['> {{ x }}', hostile], texts, 'de', cats());
  assert.deepEqual(said, ['> {{ x }}', '"{{ address }}{% raw %}" ist keine Mailadresse.']);
});
