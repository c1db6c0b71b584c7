import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { judge } from '../../src/engine/chain.ts';
import { prepare } from '../../src/engine/pipeline.ts';
import { inEnglish } from '../../src/engine/plain.ts';
import { clean } from '../../src/handlers/clean.ts';
import { postingHandlers } from '../../src/handlers/index.ts';
import { authorsOf } from '../../src/mail/author.ts';
import { isBroken, type Message, readMessage, writeMessage } from '../../src/mail/message.ts';
import { bodyStream } from '../../src/mail/range.ts';
import type { Draft } from '../../src/model/draft.ts';
import { postingChain } from '../../src/rules/index.ts';
import { occasion, posting } from '../literals.ts';
import { corpusFiles, corpusFolder, needsCorpus } from '../mail/corpus.ts';

const texts = { header: 'Oben für alle', footer: '$list_name: $leave_address\nFüße' };
/** What the handlers write. What they remove, `clean` removes. */
const touched =
  /^(?:subject|reply-to|list-.*|sender|precedence|x-beenthere|message-id(?:-hash)?|date)$/;

function draft(message: Message, settings: Parameters<typeof occasion>[0]): Draft {
  return prepare(postingHandlers, plain(message), occasion(settings));
}

function plain(message: Message): Draft {
  return { ...message, transforms: [], author: undefined, addressed: [] };
}

async function written({ headers, body, transforms }: Draft): Promise<Buffer> {
  let now = { headers, body: bodyStream(body) };
  for (const transform of transforms) now = await transform.run(now.headers, now.body);
  const chunks: Buffer[] = [];
  const out = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  await writeMessage(now.headers, now.body, out);
  return Buffer.concat(chunks);
}

async function messages(): Promise<
  readonly (readonly [name: string, message: Message, raw: Buffer])[]
> {
  const found = await Promise.all(
    corpusFiles('messages').map(async (file) => {
      const message = await readMessage(file);
      const name = relative(corpusFolder, file);
      return isBroken(message) ? [] : [[name, message, readFileSync(file)] as const];
    }),
  );
  return found.flat();
}

test('every sample gets a verdict with its reasons', needsCorpus, async () => {
  for (const [name, { headers }, raw] of await messages()) {
    const view = posting({ headers, size: raw.length, from: authorsOf(headers) });
    const { kind, reasons } = judge(postingChain(view.list), view);
    assert.equal(kind === 'accept', reasons.length === 0, name);
    for (const { why } of reasons)
      assert.match(inEnglish(why, view.list), /^[^\r\n]{5,500}$/, name);
  }
});

test(
  'every sample passes all handlers, and fields that they do not mean keep their bytes',
  needsCorpus,
  async () => {
    for (const [name, message] of await messages()) {
      const { headers } = draft(message, { ...texts, subjectPrefix: '[cats %d]', replyTo: 'list' });
      const kept = (block: Message['headers']): string =>
        block
          .filter((field) => !touched.test(field))
          .bytes()
          .toString('latin1')
          .trimEnd();
      const cleaned = prepare([clean], plain(message), occasion()).headers;
      assert.equal(kept(headers), kept(cleaned), name);
    }
  },
);

/** What must be found again: names and content of the attachments, and the words of the text. */
async function read(bytes: Buffer): Promise<{ files: string[]; text: string; html: string }> {
  const { attachments, text = '', html } = await simpleParser(bytes, { skipImageLinks: true });
  // Empty files are not always reported.
  const files = attachments.flatMap(({ filename, checksum, size }) =>
    size === 0 ? [] : [`${filename} ${checksum} ${size}`],
  );
  return { files, text: text.replace(/\s+/g, ''), html: (html || '').replace(/\s+/g, '') };
}

test('every sample, decorated, still holds what it held', needsCorpus, async () => {
  for (const [name, message, raw] of await messages()) {
    const done = await written(draft(message, texts));
    const [old, now] = [await read(raw), await read(done)];
    for (const file of old.files) assert.ok(now.files.includes(file), `${name}: ${file}`);
    assert.ok(now.text.includes(old.text), `${name}\n${old.text}\n---\n${now.text}`);
    assert.match(now.text + now.html, /cats:cats-leave@example\.com(?:<br>)?F(?:ü|&#252;)/, name);
  }
});

test('what is not base64 text keeps its bytes around an ASCII footer', needsCorpus, async () => {
  for (const [name, message, raw] of await messages()) {
    const before = raw.subarray(message.body.start);
    const { transforms, body } = draft(message, { footer: 'Bye' });
    const done = await written({
      headers: message.headers,
      body,
      transforms,
      author: undefined,
      addressed: [],
    });
    const type = message.headers.raw('content-type')[0] ?? 'text/plain';
    if (/^text|^multipart\/alternative/i.test(type.trim())) continue;
    assert.ok(isFramed(before, done), name);
  }
});

/** Whether `whole` is `part` with at most one thing put into it, and things around it. */
function isFramed(part: Buffer, whole: Buffer): boolean {
  if (whole.includes(part)) return true;
  const start = whole.indexOf(part.subarray(0, 40));
  if (start < 0) return false;
  let front = 0;
  while (front < part.length && part[front] === whole[start + front]) front++;
  const rest = part.subarray(front);
  return whole.subarray(start + front).includes(rest);
}
