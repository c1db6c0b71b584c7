import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from '../../src/model/password.ts';
import { readSetting, type Settings } from '../../src/model/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { headersOf, membership } from '../literals.ts';
import { ordinary, part, said, stranger } from './said.ts';

test('an ordinary posting by a member hits nothing with the settings as they are', () => {
  for (const name of Object.keys(rules) as (keyof typeof rules)[]) {
    assert.equal(said(name, {}), '', name);
  }
});

test('no-senders: only what names nobody anywhere', () => {
  const view = { sender: null };
  assert.match(said('no-senders', { lines: ['Subject: x'], view }), /no sender at all/);
  assert.equal(said('no-senders', { lines: ['Sender: a@b.example'], view }), '');
  assert.equal(said('no-senders', { lines: ['Subject: x'], view: { sender: 'a@b.example' } }), '');
});

test('banned: says where', () => {
  const { list } = membership();
  const bans = (on?: typeof list) => ({ bans: [{ entry: '^anne@', list: on }] });
  assert.equal(said('banned', { view: bans() }), 'The sender is banned on all lists: ^anne@');
  assert.match(said('banned', { view: bans(list) }), /on this list/);
});

test('approved: by field or first line, with the right password only', () => {
  const settings = { moderatorPassword: hashPassword('secret', Buffer.alloc(16, 1)) };
  const field = (value: string) => [...ordinary, `X-Approved: ${value}`];
  assert.match(said('approved', { settings, lines: field('secret') }), /password/);
  assert.equal(said('approved', { settings, lines: field('Secret') }), '');
  assert.match(said('approved', { settings, view: { lines: ['', 'approved: secret'] } }), /passw/);
  assert.equal(said('approved', { settings, view: { lines: ['hello', 'approved: secret'] } }), '');
  assert.equal(said('approved', { lines: field('') }), '', 'a list without a password has none');
});

test('urgent: whoever asks for it must know the password', () => {
  const settings = { moderatorPassword: hashPassword('secret', Buffer.alloc(16, 1)) };
  const field = (value: string) => [...ordinary, `Urgent: ${value}`];
  assert.equal(said('urgent', { settings, lines: field('secret') }), '');
  assert.match(said('urgent', { settings, lines: field('yes') }), /without the moderators' passw/);
  assert.match(said('urgent', { lines: field('') }), /without/, 'no password opens nothing');
});

test('emergency, no-subject, max-recipients, duplicate', () => {
  assert.match(said('emergency', { settings: { emergency: true } }), /held for the time being/);
  const lines = ['From: anne@example.net', 'To: cats@example.com', 'Subject: '];
  assert.equal(said('no-subject', { lines }), 'It has no subject.');
  assert.equal(said('no-subject', { lines, settings: { requireSubject: false } }), '');
  const to = (count: number) => [
    `To: ${Array.from({ length: count }, (_, n) => `a${n}@b.example`)}`,
  ];
  assert.match(said('max-recipients', { lines: to(10) }), /addressed to 10; .* less than 10/);
  assert.equal(said('max-recipients', { lines: to(9) }), '');
  assert.equal(said('max-recipients', { lines: to(99), settings: { maxRecipients: 0 } }), '');
  const past = { sameId: 'i123', accepted: 0, recentByAuthor: 0, recent: 0 };
  assert.match(said('duplicate', { view: { past } }), /as i123/);
});

test('news-moderation: every posting of a list that is one with a moderated newsgroup', () => {
  const settings = { moderatedNewsgroup: 'comp.lang.cats' };
  assert.match(said('news-moderation', { settings }), /the newsgroup comp\.lang\.cats\.$/);
  assert.equal(said('news-moderation', {}), '', 'unmoderated, or none');
  const wrong = readSetting('moderatedNewsgroup', 'cats@lists.example');
  assert.deepEqual(wrong, { kind: 'wrong', wanted: 'must be a newsgroup' });
});

test('administrivia: what looks like an order in subject or first lines, with its arguments', () => {
  const subject = (text: string) => [...ordinary.slice(0, 2), `Subject: ${text}`];
  for (const text of ['unsubscribe', ' Subscribe me please now', 'WHO', 'set a b c', 'help']) {
    assert.match(said('administrivia', { lines: subject(text) }), /looks like an order/, text);
  }
  for (const text of ['help me', 'who is coming', 'set it', 'unsubscribe me from this', 'food']) {
    assert.equal(said('administrivia', { lines: subject(text) }), '', text);
  }
  assert.match(said('administrivia', { view: { lines: ['', 'unsubscribe'] } }), /unsubscribe/);
  const late = [...Array.from({ length: 10 }, () => 'text'), 'unsubscribe'];
  assert.equal(said('administrivia', { view: { lines: late } }), '');
  assert.equal(
    said('administrivia', { lines: subject('help'), settings: { administrivia: false } }),
    '',
  );
});

test('header-match: in order, the site before the list, the first that is found decides', () => {
  const settings = {
    headerMatches: ['Subject: ^fo+d$ => hold', 'X-Spam: yes => discard', 'From: anne => note'],
  };
  assert.equal(said('header-match', { settings }), 'hold: subject has ^fo+d$: food');
  const siteMatches = ['subject: food => reject'];
  assert.match(said('header-match', { settings, view: { siteMatches } }), /^reject/);
  const spam = ['From: eve@example.org', 'X-Spam: YES'];
  assert.match(said('header-match', { settings, lines: spam }), /^discard/);
  const accepted = { headerMatches: ['subject: food => accept', 'from: anne => discard'] };
  assert.equal(said('header-match', { settings: accepted }), '');
});

test('header-match: decoded values, all fields of the name, and all parts', () => {
  const settings = { headerMatches: ['content-type: evil => discard', 'subject: böse => hold'] };
  const parts = [part(), part({ headers: headersOf('Content-Type: application/evil') })];
  assert.match(said('header-match', { settings, view: { parts } }), /^discard/);
  const lines = ['Subject: good', 'Subject: =?iso-8859-1?q?B=F6se?='];
  assert.match(said('header-match', { settings, lines }), /^hold/);
});

test('suspicious-header: only notes', () => {
  const settings = { suspiciousHeaders: ['x-mailer: ^bulk'] };
  const lines = [...ordinary, 'X-Mailer: Bulkmaster'];
  assert.equal(
    said('suspicious-header', { settings, lines }),
    'x-mailer is suspicious: Bulkmaster',
  );
});

test('nonmember-lists: accept counts before hold before reject before discard', () => {
  const all = ['^anne@'];
  const settings = { holdNonmembers: all, rejectNonmembers: all, discardNonmembers: all };
  const check = (more: Partial<Settings>, view = stranger) =>
    said('nonmember-lists', { settings: { ...settings, ...more }, view });
  assert.match(check({}), /^note: anne@example.net is on the list for strangers: \^anne@/);
  assert.match(check({ holdNonmembers: [] }), /^reject/);
  assert.match(check({ holdNonmembers: [], rejectNonmembers: [] }), /^discard/);
  assert.equal(check({ acceptNonmembers: ['anne@example.net'] }), '');
  assert.equal(check({}, {}), '', 'a member is no stranger');
  const decided = { memberships: [membership({ role: 'nonmember', action: 'accept' })] };
  assert.equal(check({}, decided), '', 'what was decided by name counts more');
});

test('nonmember-lists: the members of another list', () => {
  const settings = { discardNonmembers: ['@dogs'] };
  const view = { ...stranger, memberOf: new Set(['dogs']) };
  assert.match(said('nonmember-lists', { settings, view }), /^discard/);
  assert.equal(said('nonmember-lists', { settings, view: stranger }), '');
});

test('members-only: a stranger who is accepted by list posts like a member', () => {
  const settings: Partial<Settings> = {
    acceptNonmembers: ['^.*@example\\.net$'],
    nonmemberAction: 'reject',
  };
  assert.equal(said('members-only', { settings, view: stranger }), '');
  const held: Partial<Settings> = { ...settings, memberAction: 'hold' };
  assert.match(said('members-only', { settings: held, view: stranger }), /^note/);
});
