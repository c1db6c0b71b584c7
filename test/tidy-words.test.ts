/** What is mailed to people stands in templates, and nowhere else. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { shippedTemplates } from '../src/engine/shipped.ts';
import { languages } from '../src/model/language.ts';
import { type Source, sourcesIn } from './sources.ts';

/** Where letters are thought of: what is said here is said to people. */
const folders = ['src/rules', 'src/commands', 'src/composers', 'src/handlers'];
const files = ['src/model/deciding.ts', 'src/model/dmarc.ts'];
const speaking = [
  ...sourcesIn(...folders),
  ...sourcesIn('src/model').filter(({ path }) => files.includes(path)),
];

const string = /(['"`])((?:\\.|(?!\1).)*)\1/g;
/** Three words in a row: nobody writes so but to a person. */
const sentence = /[A-Za-z]{2,}[,;:]? [a-z]{2,} [a-z]{2,}/;
/** Examples for checking templates, and what a program says to those who run or build it. */
const elsewhere = /samples\.ts$/;
const toOthers = /\b(?:throw|new \w*Error|assert|why:|import|engine\.)/;

function code(line: string): string {
  return line.replace(/^\s*(?:\/?\*|\/\/).*$/, '').replace(/\s\/\/ .*$/, '');
}

function sentences({ path, lines }: Pick<Source, 'path' | 'lines'>): string[] {
  if (elsewhere.test(path)) return [];
  return lines.flatMap((line, at) => {
    const text = code(line);
    const isSaid = [...text.matchAll(string)].some(([, , said = '']) => sentence.test(said));
    return isSaid && !toOthers.test(text) ? [`${path}:${at + 1}: ${text.trim()}`] : [];
  });
}

describe('what is mailed to people', () => {
  test('is not written where it is thought of: rules, commands, handlers and composers', () => {
    assert.deepEqual(speaking.flatMap(sentences), []);
    const text = "    return { said: ['You are no member of this list.'], failed: true };";
    assert.equal(sentences({ path: 'x.ts', lines: [text] }).length, 1, 'it would be found');
  });

  test('is composed by composers, which take their words from templates', () => {
    const makers = sourcesIn('src', 'runners').filter(
      ({ path, lines }) =>
        !path.startsWith('src/mail/') &&
        lines.some((line) => /^\s+subject(?::|,$)/.test(line)) &&
        lines.some((line) => /\bautoSubmitted\b/.test(line)),
    );
    assert.deepEqual(
      makers.map(({ path }) => path),
      ['src/composers/letter.ts', 'src/composers/notice.ts'],
    );
  });
});

describe('the shipped templates', () => {
  const folder = shippedTemplates();
  const read = (language: string, file: string) =>
    readFileSync(`${folder}/${language}/${file}`, 'utf8');

  for (const language of languages.filter((one) => one !== 'en')) {
    test(`${language}: are the same files as in English, with the same values and sentences`, () => {
      const files = readdirSync(`${folder}/en`).sort();
      assert.deepEqual(readdirSync(`${folder}/${language}`).sort(), files);
      for (const file of files) {
        assert.equal(spokenOf(read(language, file)), spokenOf(read('en', file)), file);
      }
    });

    test(`${language}: say nothing in English`, () => {
      for (const file of readdirSync(`${folder}/${language}`)) {
        const english = new Set(proseOf(read('en', file)));
        const same = proseOf(read(language, file)).filter((line) => english.has(line));
        assert.deepEqual(same, [], `${language}/${file}`);
      }
    });
  }

  /** The values that are named and the cases that are told apart. */
  function spokenOf(text: string): string {
    const values = [...text.matchAll(/(?:\{\{-?|\{%-? (?:if|elsif|case|for \w+ in)) ([a-z_.]+)/g)];
    const cases = [...text.matchAll(/\{% when "([a-z-]+)" %\}/g)];
    const all = [...values, ...cases].map(([, name = '']) => name.replace(/\.size$/, ''));
    return [...new Set(all)].sort().join(' ');
  }

  /** Lines in which somebody is spoken to: several words besides orders and values. */
  function proseOf(text: string): string[] {
    return text.split('\n').flatMap((line) => {
      const bare = line.replace(/\{[{%].*?[%}]\}/g, ' ').trim();
      return / [a-z]+ [a-z]+ /.test(` ${bare} `) && !/^(?:set|listmill) /.test(bare) ? [bare] : [];
    });
  }
});
