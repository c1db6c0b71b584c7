import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isWrongQuestion, readQuestion } from '../../src/archive/question.ts';
import { type Hit, type Sorting, search } from '../../src/archive/search.ts';
import { mail, makeArchive, type TestArchive } from './archived.ts';

let archive: TestArchive;

const attached = `From: bob@example.net
Subject: minutes
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See the file.
--b
Content-Type: application/pdf; name="Protokoll Übersicht.pdf"
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0=
--b--
`;
const html = `From: carl@example.net
Subject: only html
Content-Type: text/html; charset=utf-8

<p>Die <b>Größe</b> der Katze</p><script>evil()</script>
`;

before(async () => {
  archive = makeArchive();
  await archive.add(
    mail({ Subject: 'The café is open' }, 'Crème brûlée for all, and a rodeo.\n'),
    mail({ Subject: '東京都の天気' }, '明日は晴れでしょう。猫が好き。\n'),
    mail({ Subject: 'Łódź and Ørsted', From: 'Zoë <zoe@example.org>' }, 'Straße, ﬁne, naïve\n'),
    mail({ Subject: '서울 날씨' }, '한국어로 씁니다\n'),
    attached,
    html,
    mail({ Subject: 'Operators' }, 'AND NOT NEAR("x") * : ^ - + a:b user@host 50% c++ don\'t\n'),
    { received: Date.UTC(2025, 5, 5), message: mail({ Subject: 'An old rodeo' }, 'rodeo rodeo\n') },
  );
});
after(() => archive[Symbol.dispose]());

function hits(text: string, sorting: Sorting = 'newest'): Hit[] {
  const question = readQuestion(text);
  assert(!isWrongQuestion(question), JSON.stringify(question));
  return [...search(archive.db, question, { lists: undefined, sorting, limit: 20 })];
}

const subjects = (text: string, sorting?: Sorting) => hits(text, sorting).map((hit) => hit.subject);

/** Questions, and the subjects that they find. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['cafe', ['The café is open']],
  ['CAFÉ', ['The café is open']],
  ['"creme brulee"', ['The café is open']],
  ['"brulee creme"', []],
  ['東京', ['東京都の天気']],
  ['京都の天', ['東京都の天気']],
  ['猫', ['東京都の天気']],
  ['晴れでしょう', ['東京都の天気']],
  ['大阪', []],
  ['날씨', ['서울 날씨']],
  ['한국', ['서울 날씨']],
  ['lodz orsted', ['Łódź and Ørsted']],
  ['strasse', ['Łódź and Ørsted']],
  ['from:zoe', ['Łódź and Ørsted']],
  ['from:zoe@example.org', ['Łódź and Ørsted']],
  ['subject:naive', []],
  ['naive', ['Łódź and Ørsted']],
  ['has:attachment', ['minutes']],
  ['file:ubersicht', ['minutes']],
  ['grosse', ['only html']],
  ['evil', []],
  ['rod*', ['The café is open', 'An old rodeo']],
  ['rodeo -cafe', ['An old rodeo']],
  ['cafe OR katze', ['only html', 'The café is open']],
  ['rodeo date:2025', ['An old rodeo']],
  ['rodeo after:2026-01', ['The café is open']],
  ['date:..2025-12', ['An old rodeo']],
  ['NEAR("x")', ['Operators']],
  ['a:b', ['Operators']],
  ["don't", ['Operators']],
  ['-rodeo date:2025', []],
  ['rodeo before:2026', ['An old rodeo']],
];

describe('a search', () => {
  for (const [text, found] of cases) {
    test(`for ${text}`, () => assert.deepEqual(subjects(text), found));
  }

  test('can begin with the oldest, or with what is most about it', () => {
    assert.deepEqual(subjects('rodeo', 'oldest'), ['An old rodeo', 'The café is open']);
    assert.deepEqual(subjects('rodeo', 'relevance')[0], 'An old rodeo');
  });

  test('shows the words around, and which of them were asked for', () => {
    const marked = (text: string) =>
      hits(text)[0]
        ?.excerpt.map(({ text: piece, hit }) => (hit ? `<${piece}>` : piece))
        .join('');
    assert.equal(marked('brulee'), 'Crème <brûlée> for all, and a rodeo. ');
    assert.equal(marked('晴れ'), '明日は<晴れ>でしょう。猫が好き。 ');
    assert.equal(marked('猫'), '明日は晴れでしょう。<猫>が好き。 ');
  });

  test('says what it does not understand', () => {
    for (const text of ['date:tomorrow', 'has:cheese', 'after:2026-13']) {
      assert(isWrongQuestion(readQuestion(text)), text);
    }
  });

  test('is never an order to the index, whatever is written', () => {
    const odd = [
      '"',
      '""',
      '*',
      '-',
      'OR',
      'a OR',
      '- -',
      '(((',
      'x"y',
      'subject:',
      '\0',
      '^a',
      '{b} : c',
    ];
    for (const text of odd) hits(text);
  });
});
