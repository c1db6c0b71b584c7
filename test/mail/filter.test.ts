import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { filterParts } from '../../src/mail/filter.ts';
import { type FilterWishes, planFilter } from '../../src/mail/filter-plan.ts';
import { bodyStream, isBroken, readMessage } from '../../src/mail/message.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-filter-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const all: FilterWishes = {
  passesContent: () => true,
  passesContainer: () => true,
  collapse: false,
  htmlToText: false,
};

type Result = { readonly text: string; readonly removed: readonly string[] } | undefined;

async function filtered(lines: readonly string[], wishes: Partial<FilterWishes>): Promise<Result> {
  const path = join(folder, 'message.eml');
  writeFileSync(path, lines.join('\r\n'));
  const message = await readMessage(path);
  assert(!isBroken(message));
  const plan = await planFilter(message, { ...all, ...wishes });
  if (plan === undefined) return undefined;
  const run = filterParts(plan, 'Test').run(message.headers, bodyStream(message.body));
  const { headers, body } = await run;
  const chunks: Buffer[] = [headers.bytesWithBlankLine()];
  for await (const chunk of body) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString('latin1'), removed: plan.removed };
}

function multipart(type: string, boundary: string, ...parts: readonly string[][]): string[] {
  const inner = parts.flatMap((part) => [`--${boundary}`, ...part]);
  return [`Content-Type: multipart/${type}; boundary=${boundary}`, '', ...inner, `--${boundary}--`];
}

const plain = ['Content-Type: text/plain', '', 'hello'];
const html = ['Content-Type: text/html; charset=utf-8', '', '<p>hello <b>w=F6rld</b></p>'];
const image = ['Content-Type: image/png; name=cat.png', '', 'PNG'];
const head = ['Subject: food', 'MIME-Version: 1.0'];

const noImages: Partial<FilterWishes> = { passesContent: ({ type }) => !type.startsWith('image/') };

test('what nothing is to be done to is left alone', async () => {
  assert.equal(await filtered([...head, ...plain, ''], {}), undefined);
  assert.equal(
    await filtered([...head, ...multipart('mixed', 'A', plain, html), ''], {}),
    undefined,
  );
});

test('a part that goes is gone with its boundary, and named; the others keep their bytes', async () => {
  const result = await filtered(
    [...head, ...multipart('mixed', 'A', plain, image, html), ''],
    noImages,
  );
  assert.deepEqual(result?.removed, ['cat.png (image/png)']);
  const wanted = [...head, 'Content-Type: multipart/mixed; boundary=A'];
  const body = ['--A', ...plain, '--A', ...html, '--A--', ''];
  assert.equal(result?.text, [...wanted, 'X-Content-Filtered-By: Test', '', ...body].join('\r\n'));
});

test('the only part that is left stands in the place of its multipart', async () => {
  const result = await filtered([...head, ...multipart('mixed', 'A', plain, image), ''], noImages);
  const wanted = ['Subject: food', 'Content-Type: text/plain', 'MIME-Version: 1.0'];
  assert.equal(
    result?.text,
    [...wanted, 'X-Content-Filtered-By: Test', '', 'hello', ''].join('\r\n'),
  );
});

test('a multipart within that is left empty goes with its parts', async () => {
  const inner = multipart('related', 'B', image, image);
  const lines = [...head, ...multipart('mixed', 'A', plain, inner, html), ''];
  const result = await filtered(lines, noImages);
  assert(!result?.text.includes('--B'));
  assert.equal(result?.text.match(/^--A/gm)?.length, 3);
});

test('of alternatives the first that passes is left, also far inside', async () => {
  const inner = multipart('alternative', 'B', plain, html);
  const lines = [...head, ...multipart('mixed', 'A', inner, image), ''];
  const result = await filtered(lines, { collapse: true });
  assert(result?.text.includes(['--A', ...plain, '--A', ...image].join('\r\n')), result?.text);
  assert.deepEqual(result?.removed, [], 'another form of a text is not worth a note');
});

test('a part of what is signed is not pulled out of it', async () => {
  const signature = ['Content-Type: application/pgp-signature', '', 'sig'];
  const inner = multipart('signed', 'B', plain, signature);
  const lines = [...head, ...multipart('mixed', 'A', inner, image), ''];
  const result = await filtered(lines, noImages);
  assert(result?.text.includes(inner.join('\r\n').slice(inner[0]?.length)), result?.text);
});

test('HTML becomes text in UTF-8, whatever its encoding', async () => {
  const coded = [
    'Content-Type: text/html; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
  ];
  const part = [
    ...coded,
    '',
    '<style>x</style><p>w=F6rld <a href=3D"https://example.com">here</a></p>',
  ];
  const whole = await filtered([...head, ...part, ''], { htmlToText: true });
  assert.match(whole?.text ?? '', /Content-Type: text\/plain; charset="utf-8"/);
  assert.match(whole?.text ?? '', /\r\nw=C3=B6rld here \[https:\/\/example\.com\]\r\n/);
  const inside = await filtered([...head, ...multipart('mixed', 'A', part, plain), ''], {
    htmlToText: true,
  });
  assert.match(inside?.text ?? '', /--A\r\nContent-Type: text\/plain; charset="utf-8"/);
  assert.match(
    inside?.text ?? '',
    /w=C3=B6rld[\s\S]*--A\r\nContent-Type: text\/plain\r\n\r\nhello\r\n--A--/,
  );
});

test('a message with a thousand nested parts is left as it is', async () => {
  let lines = plain;
  for (let depth = 0; depth < 1000; depth += 1) lines = multipart('mixed', `b${depth}`, lines);
  assert.equal(await filtered([...head, ...lines, ''], noImages), undefined);
});

test('ten thousand parts are left as they are', async () => {
  const parts = Array.from({ length: 10_000 }, () => plain);
  assert.equal(
    await filtered([...head, ...multipart('mixed', 'A', ...parts), ''], noImages),
    undefined,
  );
});
