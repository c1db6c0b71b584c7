import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilterSettings, passesContent } from '../../src/model/content-filter.ts';

const none = { filterTypes: [], passTypes: [], filterExtensions: [], passExtensions: [] };

function passes(filename: string | undefined, settings: Partial<FilterSettings>): boolean {
  return passesContent({ type: 'application/pdf', filename }, { ...none, ...settings });
}

test('where extensions are named that pass, files with others do not', () => {
  const passExtensions = ['.PDF', 'txt'];
  assert.equal(passes('cats.pdf', { passExtensions }), true);
  assert.equal(passes('cats.Txt', { passExtensions }), true);
  assert.equal(passes('cats.exe', { passExtensions }), false);
  assert.equal(passes('cats.pdf.exe', { passExtensions }), false);
  assert.equal(passes(undefined, { passExtensions }), true, 'a text has no name');
  assert.equal(passes('cats.exe', {}), true);
});

test('an extension that is removed is removed, also where it is among those that pass', () => {
  assert.equal(passes('cats.pdf', { filterExtensions: ['pdf'], passExtensions: ['pdf'] }), false);
  assert.equal(passes('cats.txt', { filterExtensions: ['pdf'] }), true);
});
