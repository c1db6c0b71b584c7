import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenRules, readRuleAction, ruleNames } from '../../src/model/rule-table.ts';
import { readSetting, settingTable } from '../../src/model/settings.ts';
import { postingChain, rules } from '../../src/rules/index.ts';
import { cats } from '../literals.ts';

const names = (lines: readonly { readonly name: string }[]) => lines.map(({ name }) => name);

test('each rule of the table is there, under its own name', () => {
  for (const name of ruleNames) assert.equal(rules[name].name, name);
  assert.deepEqual(Object.keys(rules).sort(), [...ruleNames].sort());
});

test('without choices the table is as it stands', () => {
  assert.deepEqual(names(chosenRules()), ruleNames);
});

test('an action changes what a hit means; the list counts more than the site', () => {
  const site = { actions: ['max-size=reject', 'banned=reject', 'nonsense'], order: [] };
  const lines = chosenRules(site, { actions: ['max-size=discard'], order: [] });
  const meaning = (wanted: string) => lines.find(({ name }) => name === wanted)?.meaning;
  assert.equal(meaning('max-size'), 'discard');
  assert.equal(meaning('banned'), 'reject');
  assert.equal(meaning('loop'), 'discard');
});

test('an order moves only the rules that it names, among their own places', () => {
  const before = names(chosenRules());
  const after = names(chosenRules({ actions: [], order: ['max-size', 'loop', 'no-subject'] }));
  assert.equal(after[0], 'max-size');
  assert.equal(after[before.indexOf('max-size')], 'loop');
  assert.equal(after[before.indexOf('no-subject')], 'no-subject');
  const rest = (list: readonly string[]) =>
    list.filter((name) => !['max-size', 'loop', 'no-subject'].includes(name));
  assert.deepEqual(rest(after), rest(before));
});

test('a rule that is off is not asked', () => {
  const chain = postingChain(cats({ ruleActions: ['loop=off'] }));
  assert(!chain.some(([rule]) => rule.name === 'loop'));
});

test('what is no rule or no action cannot be set', () => {
  assert.deepEqual(readRuleAction('max-size = reject'), { name: 'max-size', meaning: 'reject' });
  for (const wrong of ['max-size', 'max-size=', 'max-size=burn', 'nothing=hold', '', 'a=b=c']) {
    assert.equal(readRuleAction(wrong), undefined, wrong);
    assert.equal(readSetting('ruleActions', [wrong]).kind, 'wrong', wrong);
  }
  assert.equal(readSetting('ruleOrder', ['nothing']).kind, 'wrong');
});

test('settings of the rules are checked when they are set', () => {
  const wrong = [
    ['headerMatches', ['Subject: ( => hold']],
    ['headerMatches', ['Subject: x']],
    ['headerMatches', ['no colon => hold']],
    ['suspiciousHeaders', ['Subject (']],
    ['acceptNonmembers', ['not an address']],
    ['acceptNonmembers', ['^(']],
    ['quietHours', '25:00-07:00'],
    ['quietHours', '07:00-07:00'],
    ['timeZone', 'Mars/Olympus'],
    ['rejectionsByRule', ['banned=maybe']],
    ['moderatorPassword', 'in clear'],
    ['senderFields', []],
  ] as const;
  for (const [name, value] of wrong) assert.equal(readSetting(name, value).kind, 'wrong', name);
  assert.equal(readSetting('quietHours', '22:00-24:00').kind, 'value');
  assert.equal(settingTable.moderatorPassword.keep('').length, 0);
  assert.match(settingTable.moderatorPassword.keep('secret'), /^scrypt:/);
});
