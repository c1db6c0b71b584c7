import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from '../../src/model/password.ts';
import type { DmarcFinding, PartView, Posting } from '../../src/model/posting.ts';
import type { Settings } from '../../src/model/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { address, cats, headersOf, membership, posting } from '../literals.ts';

type Facts = {
  readonly lines?: readonly string[];
  readonly settings?: Partial<Settings>;
  readonly view?: Partial<Posting>;
};

/** What a rule says: `action: text`, the text alone, or nothing. */
function said(name: keyof typeof rules, { lines, settings = {}, view = {} }: Facts): string {
  const made = posting({ list: cats(settings), ...view }, lines && [...lines]);
  const hit = rules[name].check(made);
  return hit === undefined ? '' : [hit.action ?? [], hit.text].flat().join(': ');
}

const ordinary = ['From: Anne <anne@example.net>', 'To: cats@example.com', 'Subject: food'];
const stranger: Partial<Posting> = { memberships: [] };

function part(more: Partial<PartView> = {}): PartView {
  const plain = { type: 'text/plain', filename: undefined, isAttachment: false, bytes: 10 };
  return { ...plain, inside: [], headers: headersOf(), ...more };
}

const zip = part({ type: 'application/zip', filename: 'Cats.ZIP', isAttachment: true, bytes: 900 });

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

test('forged-from: several authors, the list itself, another address as a name', () => {
  const from = (text: string, view: Partial<Posting> = {}) =>
    said('forged-from', { lines: [`From: ${text}`], view });
  assert.match(from('a@b.example, c@d.example'), /2 authors/);
  assert.match(from('cats@example.com', { isOurs: () => true }), /the list itself/);
  assert.match(
    from('"anne@example.net" <eve@example.org>'),
    /shown as anne@example.net and is eve/,
  );
  assert.equal(from('"Anne@example.net" <anne@example.net>'), '');
  assert.equal(from('"Anne @ work" <anne@example.net>'), '');
});

test('spam-verdict: what the filter calls spam, and a score from the limit on', () => {
  const spam = (line: string, spamScore = 0) =>
    said('spam-verdict', { lines: [...ordinary, line], settings: { spamScore } });
  assert.match(spam('X-Spam-Flag: YES'), /calls it spam/);
  assert.match(spam('X-Spam-Status: Yes, score=9.1 required=5.0'), /calls it spam/);
  assert.equal(spam('X-Spam-Status: No, score=4.9 required=5.0'), '');
  assert.match(spam('X-Spam-Status: No, score=4.9 required=5.0', 4.5), /gives it 4.9 points/);
  assert.match(spam('X-Spam-Level: *****', 5), /5 points/);
  assert.equal(spam('X-Spam-Score: -3', 5), '');
});

test('authentication: only what a trusted host says of DMARC counts', () => {
  const check = (value: string, wanted: Settings['authentication']) =>
    said('authentication', {
      lines: [...ordinary, `Authentication-Results: ${value}`],
      settings: { authentication: wanted },
      view: { trustedHosts: ['mx.example.com'] },
    });
  const ours = (result: string) =>
    `mx.example.com; spf=pass; dmarc=${result} (p=none) header.from=x`;
  assert.equal(check(ours('pass'), 'passed'), '');
  assert.match(check(ours('fail'), 'not-failed'), /forged/);
  assert.equal(check(ours('fail'), 'ignore'), '');
  assert.equal(check(ours('none'), 'not-failed'), '');
  assert.match(check(ours('none'), 'passed'), /Nobody/);
  assert.match(check('evil.example; dmarc=pass', 'passed'), /Nobody/);
  assert.match(check('evil.example (mx.example.com); dmarc=pass', 'passed'), /Nobody/);
  assert.match(check('mx.example.com; none (; dmarc=pass)', 'passed'), /Nobody/);
});

test('rates and first posts', () => {
  const past = { sameId: undefined, accepted: 2, recentByAuthor: 5, recent: 50 };
  const view = { past };
  assert.match(
    said('sender-rate', { settings: { senderRate: 5 }, view }),
    /sent 5 postings in 60 min/,
  );
  assert.equal(said('sender-rate', { settings: { senderRate: 6 }, view }), '');
  assert.match(said('list-rate', { settings: { listRate: 50 }, view }), /50 postings came/);
  assert.match(
    said('first-posts', { settings: { firstPosts: 3 }, view }),
    /number 3 of its author/,
  );
  assert.equal(said('first-posts', { settings: { firstPosts: 2 }, view }), '');
  const owner = { past, memberships: [membership({ role: 'owner' })] };
  assert.equal(said('first-posts', { settings: { firstPosts: 3 }, view: owner }), '');
});

test('attachments: type, extension, size, and what cannot be looked at', () => {
  const check = (settings: Partial<Settings>, parts = [part(), zip]) =>
    said('attachments', { settings, view: { parts } });
  for (const entry of ['application/zip', 'application/*', '.zip', 'zip']) {
    assert.match(check({ forbiddenAttachments: [entry] }), /Cats.ZIP/, entry);
  }
  assert.equal(check({ forbiddenAttachments: ['image/*', '.exe'] }), '');
  assert.match(check({ maxAttachmentBytes: 899 }), /900 bytes; this list takes 899/);
  assert.equal(check({ maxAttachmentBytes: 900 }), '');
  const view = { partsTrouble: 'There are more than 1000 parts.' };
  assert.match(said('attachments', { view }), /Not all of its parts/);
});

test('content-filter: what nothing would be left of, as the list says', () => {
  const settings: Partial<Settings> = {
    filterContent: true,
    passTypes: ['text/plain'],
    filterEmpty: 'discard',
  };
  const check = (parts: readonly PartView[], more: Partial<Settings> = {}) =>
    said('content-filter', { settings: { ...settings, ...more }, view: { parts } });
  assert.equal(check([part(), zip]), '');
  assert.match(check([zip]), /^discard: Nothing is left/);
  const inside = [part({ inside: ['multipart/related', 'multipart/mixed'] })];
  assert.match(check(inside, { filterTypes: ['multipart/related'] }), /^discard/);
  assert.equal(check([zip], { filterContent: false }), '');
});

test('quiet-hours: until they are over', () => {
  const settings = { quietHours: '22:00-07:00', timeZone: 'Europe/Berlin' };
  const at = (time: string) => ({ now: Date.parse(`2026-11-24T${time}Z`), list: cats(settings) });
  const hit = rules['quiet-hours'].check(posting(at('22:30:30')));
  assert.equal(new Date(hit?.until ?? 0).toISOString(), '2026-11-25T06:00:00.000Z');
  assert.equal(rules['quiet-hours'].check(posting(at('20:59:59'))), undefined);
  assert.equal(rules['quiet-hours'].check(posting(at('06:00:00'))), undefined);
});

test('dmarc: policy, exceptions, trouble', () => {
  const reject: DmarcFinding = { kind: 'policy', policy: 'reject', domain: 'example.net' };
  const none: DmarcFinding = { kind: 'policy', policy: 'none', domain: 'example.net' };
  const check = (finding: DmarcFinding | undefined, more: Partial<Settings> = {}) =>
    said('dmarc', { settings: { dmarcAction: 'reject', ...more }, view: { dmarc: finding } });
  assert.equal(check(reject), 'reject: example.net publishes the DMARC policy reject.');
  assert.equal(check(none), '');
  assert.match(check(none, { dmarcPolicies: 'none' }), /^reject/);
  assert.equal(check({ kind: 'none' }, { dmarcPolicies: 'none' }), '');
  assert.equal(check({ ...none, policy: 'quarantine' }, { dmarcPolicies: 'reject' }), '');
  assert.match(check(undefined, { dmarcPolicies: 'always' }), /for all authors/);
  assert.match(check({ kind: 'trouble', why: 'silence' }), /could not be found out: silence/);
  assert.equal(check(reject, { dmarcExempt: ['^.*@example\\.net$'] }), '');
  assert.match(check({ kind: 'none' }, { dmarcForce: ['anne@example.net'] }), /^reject/);
  assert.equal(check(reject, { dmarcAction: 'munge' }), '', 'a handler does that');
});

test('a sender who is no author counts only where the list says so', () => {
  const eve = address('eve@example.org');
  const view = { senders: [eve], memberships: [] };
  assert.match(said('members-only', { view }), /eve@example.org is not a member/);
});
