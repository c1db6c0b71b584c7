import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { languages } from '../../src/model/language.ts';
import { hashPassword } from '../../src/model/password.ts';
import type { DmarcFinding, PartView, Posting } from '../../src/model/posting.ts';
import type { Settings } from '../../src/model/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { address, cats, membership, posting } from '../literals.ts';
import { ordinary, part, said, zip } from './said.ts';

test('forged-from: several authors, a list of this site, another address as a name', () => {
  const from = (text: string, view: Partial<Posting> = {}) =>
    said('forged-from', { lines: [`From: ${text}`], view });
  assert.match(from('a@b.example, c@d.example'), /2 authors/);
  assert.match(from('cats@example.com', { isOurs: () => true }), /a list of this site/);
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
  const view = { partsTrouble: 'too-many-parts' } as const;
  assert.match(said('attachments', { view }), /Not all of its parts .*: there are too many/);
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

test('quoted-digest: by its subject or by what stands at its top', () => {
  const check = (lines: readonly string[], quotedDigests = false) =>
    said('quoted-digest', { lines, settings: { quotedDigests } });
  const answer = ['From: anne@example.net', 'Subject: Re: cats Digest, Vol 12, Issue 3'];
  assert.match(check(answer), /subject is that of a digest/);
  assert.equal(check(answer, true), '');
  assert.equal(check(['Subject: my digest, volume up']), '');
  for (const language of languages) {
    const file = new URL(`../../../config/templates/${language}/digest.txt`, import.meta.url);
    const [line = ''] = readFileSync(file, 'utf8').split('\n');
    const written = line.replaceAll('{{ list }}', 'cats').replaceAll(/{{ \w+ }}/g, '12');
    assert.match(check([written.replace('Subject: ', 'Subject: Re: ')]), /digest/, written);
  }
  const top = [
    '> Send cats mailing list submissions to',
    '>       cats@example.com',
    '> To subscribe or unsubscribe via the World Wide Web, visit',
    '> You can reach the person managing the list at',
    '> When replying, please edit your Subject line so it is more specific',
  ];
  const settings = { quotedDigests: false };
  assert.match(said('quoted-digest', { settings, view: { lines: top } }), /whole digest/);
  assert.equal(said('quoted-digest', { settings, view: { lines: top.slice(0, 4) } }), '');
});

test('quoted-digest: by the top of our own digests, in every language', () => {
  const list = cats({ quotedDigests: false });
  const values: Readonly<Record<string, string>> = {
    list_address: list.address,
    request_address: 'cats-request@example.com',
    owner_address: 'cats-owner@example.com',
  };
  for (const language of languages) {
    const file = new URL(`../../../config/templates/${language}/digest.txt`, import.meta.url);
    const written = readFileSync(file, 'utf8').replaceAll(
      /{{ (\w+).*? }}/g,
      (_, name: string) => values[name] ?? '7',
    );
    const top = written.split('\n').slice(2, 13);
    const whole = top.map((line) => `> ${line}`);
    assert.match(said('quoted-digest', { view: { list, lines: whole } }), /whole digest/, language);
    // Broken at other places, as mail programs do when they quote.
    const wrapped = top
      .join(' ')
      .split(/\s+/)
      .map((word) => `> ${word}`);
    assert.match(said('quoted-digest', { view: { list, lines: wrapped } }), /whole/, language);
  }
  const footer = Object.values(values).map((one) => `> ${one}`);
  assert.equal(said('quoted-digest', { view: { list, lines: footer } }), '');
});

test('quiet-hours: until they are over', () => {
  const settings = { quietHours: '22:00-07:00', timeZone: 'Europe/Berlin' };
  const at = (time: string) => ({ now: Date.parse(`2026-11-24T${time}Z`), list: cats(settings) });
  const hit = rules['quiet-hours'].check(posting(at('22:30:30')));
  assert.equal(new Date(hit?.until ?? 0).toISOString(), '2026-11-25T06:00:00.000Z');
  assert.equal(rules['quiet-hours'].check(posting(at('20:59:59'))), undefined);
  assert.equal(rules['quiet-hours'].check(posting(at('06:00:00'))), undefined);
  const moderatorPassword = hashPassword('wake', Buffer.alloc(16));
  const list = cats({ ...settings, moderatorPassword });
  const night = { ...at('22:30:30'), list };
  const urgent = (word: string) => posting(night, [...ordinary, `Urgent: ${word}`]);
  assert.equal(rules['quiet-hours'].check(urgent('wake')), undefined, 'urgent');
  assert(rules['quiet-hours'].check(urgent('sleep')));
});

test('deferred-delivery: who may put a posting off must say until when', () => {
  const settings = { deferredDelivery: 'moderators' } as const;
  const owner = { memberships: [membership({ role: 'owner' })] };
  const by = (view: Partial<Posting>, time: string) =>
    said('deferred-delivery', {
      settings,
      view,
      lines: [...ordinary, `Deferred-Delivery: ${time}`],
    });
  assert.match(by(owner, 'tomorrow'), /“tomorrow” is none/);
  assert.match(by(owner, 'Tue, 1 Jan 2999 08:00 +0100'), /at most a year/);
  assert.equal(by(owner, 'Fri, 2 Jan 1970 08:00:00 +0100'), '');
  assert.equal(by({ memberships: [membership()] }, 'tomorrow'), '', 'of others it is ignored');
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
