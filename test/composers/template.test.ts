import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { listSample } from '../../src/composers/samples.ts';
import { renderTemplate, type TemplateValues } from '../../src/composers/template.ts';
import { shippedTemplates } from '../../src/engine/shipped.ts';
import { templateNames, tryTemplate } from '../../src/engine/template-files.ts';
import { readTemplate } from '../../src/engine/templates.ts';
import { languages } from '../../src/model/language.ts';

function filled(template: string, values: TemplateValues = {}, language = 'en') {
  const result = renderTemplate(template, language, values);
  assert.ok(result.kind === 'text', result.kind === 'broken' ? result.why : '');
  return result.rendered;
}

describe('a template', () => {
  test('is a subject, an empty line and a text', () => {
    const { subject, text } = filled('Subject: To {{ who }}\n\nDear {{ who }}\n', { who: 'Ann' });
    assert.equal(subject, 'To Ann');
    assert.equal(text, 'Dear Ann\n');
  });

  test('that is broken is told of by the line of its file', () => {
    const result = renderTemplate('Subject: x\n\nDear\n{% if a %}', 'en', {});
    assert.match(result.kind === 'broken' ? result.why : '', /not closed, line:4/);
  });

  test('without a subject is broken', () => {
    assert.equal(renderTemplate('Hello', 'en', {}).kind, 'broken');
  });

  test('writes what values hold as it is: they are never looked through again', () => {
    const { text } = filled('Subject: x\n\n{{ a }}', { a: '{{ b }} {% raw %} <b>&', b: 'no' });
    assert.equal(text, '{{ b }} {% raw %} <b>&\n');
  });

  test('keeps line ends out of the subject', () => {
    const { subject } = filled('Subject: {{ a }}\n\nx', { a: 'one\r\nBcc: all@example.org' });
    assert.equal(subject, 'one Bcc: all@example.org');
  });

  test('shows numbers, days and times as a language has them', () => {
    const at = Date.UTC(2026, 10, 24, 8, 5);
    const template = 'Subject: x\n\n{{ n | number }} / {{ at | date }} / {{ at | time }}';
    const shown = (language: string) => filled(template, { n: 12_345, at }, language).text;
    assert.equal(shown('en'), '12,345 / November 24, 2026 / November 24, 2026 at 8:05 AM UTC\n');
    assert.equal(shown('de'), '12.345 / 24. November 2026 / 24. November 2026 um 08:05 UTC\n');
    assert.match(shown('ja'), /^12,345 \/ 2026年11月24日 \/ 2026年11月24日 8:05 UTC\n$/);
  });

  test('chooses the form of a word that goes with a number', () => {
    const template =
      'Subject: x\n\n{{ n | plural: one: "письмо", few: "письма", many: "писем", other: "письма" }}';
    const said = [1, 2, 5, 21, 112].map((n) => filled(template, { n }, 'ru').text.trim());
    assert.deepEqual(said, ['письмо', 'письма', 'писем', 'письмо', 'писем']);
    const two = filled('Subject: x\n\n{{ n | plural: one: "day", other: "days" }}', { n: 2 });
    assert.equal(two.text, 'days\n');
  });

  test('reads no files and reaches nothing that it was not given', () => {
    for (const reach of [
      "{% include '/etc/passwd' %}",
      "{% render '../x' %}",
      '{% layout "a" %}',
    ]) {
      assert.equal(renderTemplate(`Subject: x\n\n${reach}`, 'en', {}).kind, 'broken', reach);
    }
    const inner = filled('Subject: x\n\n[{{ a.constructor.name }}{{ a.__proto__ }}]', { a: ['1'] });
    assert.equal(inner.text, '[]\n');
  });

  test('that would fill the memory is ended', () => {
    const greedy = 'Subject: x\n\n{% for i in (1..100000000) %}{{ i }}{% endfor %}';
    assert.equal(renderTemplate(greedy, 'en', {}).kind, 'broken');
  });

  test('with an unknown name or filter fails a strict check', () => {
    const strict = (text: string) =>
      renderTemplate(`Subject: x\n\n${text}`, 'en', { a: '1' }, { strict: true }).kind;
    assert.equal(strict('{{ a }}'), 'text');
    assert.equal(strict('{{ b }}'), 'broken');
    assert.equal(strict('{{ a | shell }}'), 'broken');
  });
});

describe('the templates that are shipped', () => {
  test('a rejection without a reason says who decided', () => {
    for (const language of languages) {
      const template = readTemplate(join(shippedTemplates(), language, 'rejected.txt')) ?? '';
      const { text } = filled(template, { ...listSample, subject: 'x', reasons: [] }, language);
      assert.match(text, /^ {2}- .{8,}$/m, language);
    }
  });

  for (const language of languages) {
    const folder = join(shippedTemplates(), language);
    test(`${language}: all are there, and say nothing that they are not given`, () => {
      const there = readdirSync(folder).map((file) => file.replace(/\.txt$/, ''));
      assert.deepEqual(there.sort(), [...templateNames].sort());
      for (const name of templateNames) {
        const template = readTemplate(join(folder, `${name}.txt`)) ?? '';
        const result = tryTemplate(name, language, template);
        assert.equal(result.kind === 'broken' ? `${name}: ${result.why}` : '', '');
      }
    });
  }
});
