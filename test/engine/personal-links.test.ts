import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { linkToken } from '../../src/mail/link.ts';
import { copiesOf, key } from './copying.ts';

const people = [
  ['ann@a.example', 1],
  ['bob@b.example', 46_655],
] as const;
const personal = { personalize: 'full', personalBody: true, linkVersion: 2 } as const;
const text = 'Leave: {{ unsubscribe_link }} Wishes: {{ preferences_link }} To: {{ address }}.';
const settings = { ...personal, header: text, footer: text };
const message = [
  'From: Anne <anne@example.net>',
  'To: cats@example.com',
  'Subject: food',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=x',
  '',
  '--x',
  'Content-Type: text/plain; charset=utf-8',
  '',
  text,
  '--x',
  'Content-Type: text/html; charset=utf-8',
  '',
  `<p>${text.replace('{{ unsubscribe_link }}', '<a href="{{ unsubscribe_link }}">here</a>')}</p>`,
  '--x--',
  '',
].join('\r\n');

/** What links say, in the order of the copies; by copy: who leaves, who has wishes. */
function linksOf(url: string): (readonly [leave: string, wishes: string])[] {
  return people.map(([, number]) => {
    const leave = linkToken(key, 'unsubscribe', number, 2);
    const wishes = linkToken(key, 'preferences', number, 2);
    return url === ''
      ? [`mailto:cats-leave+${leave}@example.com`, 'mailto:cats-request@example.com?subject=show']
      : [`${url}/unsubscribe/${leave}`, `${url}/preferences/${wishes}`];
  });
}

for (const url of ['https://lists.example.com', '']) {
  const how = url === '' ? 'addresses where there are no pages' : 'pages';
  test(`links lead to ${how}: in the header, texts before and after, body, HTML`, async () => {
    const { bodies } = await copiesOf({ message, settings, people, url });
    for (const [n, [leave, wishes]] of linksOf(url).entries()) {
      const copy = await simpleParser(bodies[n] ?? '');
      const line = `Leave: ${leave} Wishes: ${wishes} To: ${people[n]?.[0]}.`;
      const shown = (copy.text ?? '').replaceAll(/\s*\n\s*/g, ' ');
      assert.equal(shown.split(line).length - 1, 3, `three times "${line}" in ${shown}`);
      const html = String(copy.html);
      assert(html.includes(`<a href="${leave}">here</a> Wishes: ${wishes}`), html);
      for (const link of [leave, wishes]) {
        assert.equal(html.split(`<a href="${link}">${link}</a>`).length - 1, 2, html);
      }
      const head = (bodies[n] ?? Buffer.alloc(0)).toString('latin1').split('\r\n\r\n')[0] ?? '';
      const [, value = ''] = /^List-Unsubscribe: ((?:.*)(?:\r\n .*)*)/m.exec(head) ?? [];
      assert(value.startsWith(`<${leave}>`), value);
    }
  });
}
