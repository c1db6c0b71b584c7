import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectPrefix } from '../../src/handlers/subject-prefix.ts';
import { applied, draftOf, headersOf, occasion } from '../literals.ts';

/** The Subject as readers see it. */
function shown(subject: string, prefix: string, number = 7): string {
  const line = applied(subjectPrefix, [`Subject: ${subject}`], { subjectPrefix: prefix }, number);
  return headersOf(...line).get('subject') ?? '';
}

const cases: readonly (readonly [prefix: string, subject: string, wanted: string])[] = [
  ['[cats] ', 'food', '[cats] food'],
  ['[cats]', 'food', '[cats] food'],
  ['[cats]', 'Re: food', '[cats] Re: food'],
  // Checklist 8: one prefix, one Re:, the prefix in front.
  ['[cats]', 'Re: [cats] food', '[cats] Re: food'],
  ['[cats]', '[cats] Re: food', '[cats] Re: food'],
  ['[cats]', 'RE: AW: Re[2]: [cats] SV: Antw: VS: food', '[cats] Re: food'],
  ['[cats]', 'Re : food', '[cats] Re: food'],
  ['[cats]', '回复：food', '[cats] Re: food'],
  ['[cats]', 'Re: [Cats]  food', '[cats] Re: food'],
  ['[cats]', 'Fwd: [cats] food', '[cats] Fwd: food'],
  ['[cats]', '[dogs] Re: food', '[cats] [dogs] Re: food'],
  ['[cats]', 'Regarding: food', '[cats] Regarding: food'],
  ['[cats]', 'what [cats] eat', '[cats] what eat'],
  // Checklist 8: an old prefix is cut even with another number.
  ['[cats %d]', 'Re: [cats 3] food', '[cats 7] Re: food'],
  ['[cats %d]', '[cats 123456] AW: [cats 12] food', '[cats 7] Re: food'],
  ['[cats %05d]', 'Re: [cats 00003] food', '[cats 00007] Re: food'],
  ['[cats %05d]', 'food', '[cats 00007] food'],
  ['[%d/cats]', 'Re: [12/cats] food', '[7/cats] Re: food'],
  ['[c++ (all) %d]', 'Re: [C++ (all) 3] x', '[c++ (all) 7] Re: x'],
  // Without brackets it is cut at the start only: the rest may be prose.
  ['cats:', 'Re: cats: food', 'cats: Re: food'],
  ['cats:', 'two cats: food', 'cats: two cats: food'],
  ['#%d', 'Re: #6 see issue #12', '#7 Re: see issue #12'],
  // Checklist 8: no subject, and then no Re: either.
  ['[cats]', '', '[cats] (no subject)'],
  ['[cats]', 'Re: [cats] ', '[cats] (no subject)'],
  ['[Käse]', 'Re: [Käse] Löcher', '[Käse] Re: Löcher'],
  ['[会議 %d]', 'Re: [会議 3] 議題', '[会議 7] Re: 議題'],
];

test('the subject gets the prefix once, and keeps one mark of an answer', () => {
  for (const [prefix, subject, wanted] of cases) {
    assert.equal(shown(subject, prefix), wanted, subject);
    const encoded = subject && `=?utf-8?b?${Buffer.from(subject).toString('base64')}?=`;
    assert.equal(shown(encoded, prefix), wanted, `${subject}, encoded`);
    assert.equal(shown(wanted, prefix), wanted, `${wanted}, again`);
  }
});

test('without a prefix, and with one that is there already, the field keeps its bytes', () => {
  const odd = [
    'Subject:   =?ISO-8859-1?Q?[cats]_Gr=FC=DFe?=',
    ' =?iso-8859-1?q?_an_alle?=',
    'X: y',
  ];
  for (const prefix of ['', ' ', '[cats]']) {
    assert.deepEqual(applied(subjectPrefix, odd, { subjectPrefix: prefix }), odd);
  }
});

test('checklist 8: encoded words keep their charsets where nothing is cut out of them', () => {
  const words = '=?koi8-r?B?68/by8k=?= =?iso-8859-1?q?et_chats?=';
  for (const before of ['', 'Re: ', 'Re: [cats] ', '[cats] Re: [cats] ']) {
    const mark = before.includes('Re') ? '[cats] Re:' : '[cats]';
    const lines = applied(subjectPrefix, [`Subject: ${before}${words}`], {
      subjectPrefix: '[cats]',
    });
    assert.equal(lines.join('').replace(/\s+/g, ' '), `Subject: ${mark} ${words}`);
  }
});

test('checklist 8: what marks are cut out of is encoded again in the charset that it had', () => {
  const jis = Buffer.from('UmU6IFtjYXRzXSAbJEIycTVEGyhC', 'base64').toString('base64');
  const [line = ''] = applied(subjectPrefix, [`Subject: =?ISO-2022-JP?B?${jis}?=`], {
    subjectPrefix: '[cats]',
  });
  assert.equal(line, 'Subject: [cats] Re: =?ISO-2022-JP?b?GyRCMnE1RBsoQg==?=');
  assert.equal(headersOf(line).get('subject'), '[cats] Re: 会議');
});

test('an unknown charset is passed on as it is', () => {
  const [line = ''] = applied(subjectPrefix, ['Subject: =?x-unheard-of?q?=E4=F6?='], {
    subjectPrefix: '[cats]',
  });
  assert.equal(line, 'Subject: [cats] =?x-unheard-of?q?=E4=F6?=');
});

test('a prefix that needs encoding stays apart from the word behind it', () => {
  const value = shown('=?iso-8859-1?q?=FCber?=', '[Käse]');
  assert.equal(value, '[Käse] über');
  assert.equal(shown('food', '[Käse]'), '[Käse] food');
});

test('raw 8-bit bytes become encoded words', () => {
  const draft = draftOf('Subject: grüße');
  const { headers } = subjectPrefix.apply(draft, occasion({ subjectPrefix: '[cats]' }));
  assert.match(headers.bytes().toString('latin1'), /^[ -~\r\n]*$/);
  assert.equal(headers.get('subject'), '[cats] grüße');
});

test('no line end gets in, neither by the prefix nor by an encoded word', () => {
  const evil = `=?utf-8?b?${Buffer.from('x\r\nBcc: eve@example.org').toString('base64')}?=`;
  const { headers } = subjectPrefix.apply(
    draftOf(`Subject: Re: ${evil}`),
    occasion({ subjectPrefix: '[cats]\r\nX-Evil: yes' }),
  );
  assert.deepEqual(headers.names(), ['subject']);
});

test('hostile subjects take no time', () => {
  for (const evil of ['Re: '.repeat(20_000), '[cats '.repeat(20_000), `Re${' '.repeat(90_000)}`]) {
    for (const prefix of ['[cats %d]', '[cats]', 'a %d b %d']) {
      subjectPrefix.apply(draftOf(`Subject: ${evil}x`), occasion({ subjectPrefix: prefix }));
    }
  }
});
