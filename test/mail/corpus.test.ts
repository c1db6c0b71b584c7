import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mailboxesIn, parseAddress, parseAddressList } from '../../src/mail/address.ts';
import { parseDate } from '../../src/mail/date.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import { answerable } from '../../src/mail/loops.ts';
import { firstLines, isBroken, type Message, readMessage } from '../../src/mail/message.ts';
import { ancestorIds, messageIdOf } from '../../src/mail/message-id.ts';
import { walkMime } from '../../src/mail/mime.ts';
import { corpusFiles, needsCorpus } from './corpus.ts';

/** Each sample that is a message, with its bytes. */
async function* samples(): AsyncGenerator<{ path: string; message: Message; bytes: Buffer }> {
  for (const path of [...corpusFiles('messages'), ...corpusFiles('bounces')]) {
    const message = await readMessage(path);
    if (!isBroken(message)) yield { path, message, bytes: readFileSync(path) };
  }
}

test('every sample is a message, or there is a reason', needsCorpus, async () => {
  const files = [...corpusFiles('messages'), ...corpusFiles('bounces')];
  assert(files.length > 1000);
  const broken: string[] = [];
  for (const path of files) {
    const message = await readMessage(path);
    if (!isBroken(message)) continue;
    assert.match(message.reason, /^[A-Z].*\.$/);
    broken.push(path);
  }
  // What these begin with is text, not a header.
  assert(broken.length < 10, broken.join('\n'));
});

test('header and body of every sample are its bytes', needsCorpus, async () => {
  for await (const { path, message, bytes } of samples()) {
    const header = message.headers.bytes();
    // But for the line that some mailboxes have before it.
    const [line = ''] = /^From [^\n:]+[^\n]*\n/.exec(bytes.toString('latin1', 0, 1000)) ?? [];
    const end = line.length + header.length;
    assert(header.equals(bytes.subarray(line.length, end)), path);
    assert(/^\r?\n?$/.test(bytes.toString('latin1', end, message.body.start)), path);
    assert.equal(message.body.end, bytes.length);
    assert(parseHeaders(header).bytes().equals(header), path);
  }
});

test(
  'a new subject changes the subject of every sample and nothing else',
  needsCorpus,
  async () => {
    for await (const { path, message } of samples()) {
      const { headers } = message;
      const changed = parseHeaders(headers.set('Subject', '[dev] Größe').bytes());
      assert.equal(changed.get('Subject'), '[dev] Größe', path);
      assert.deepEqual(changed.all('subject').length, 1);
      const ended = headers.bytesWithBlankLine();
      const rest = headers.remove('subject').bytesWithBlankLine();
      assert(changed.remove('Subject').bytesWithBlankLine().equals(rest), path);
      assert(headers.has('subject') || rest.equals(ended), path);
    }
  },
);

test('every field of every sample can be read', needsCorpus, async () => {
  for await (const { path, message } of samples()) {
    const { headers } = message;
    for (const name of headers.names()) {
      for (const value of [...headers.all(name), ...headers.raw(name)]) {
        assert.doesNotMatch(value, /[\r\n\0]/, `${path} ${name}`);
        for (const { address } of parseAddressList(value)) {
          if (address !== undefined) assert.equal(parseAddress(address), address, path);
        }
      }
    }
    const sender = mailboxesIn(headers, 'from')[0]?.address;
    const verdict = answerable(headers, sender);
    assert(verdict.yes || verdict.why.endsWith('.'), path);
    for (const id of [messageIdOf(headers) ?? '<x>', ...ancestorIds(headers)]) {
      assert.match(id, /^<[^<>\s]+>$/, path);
    }
    parseDate(headers.get('date') ?? '');
  }
});

test('every sample is walked whole, and its first lines are found', needsCorpus, async () => {
  for await (const { path, message, bytes } of samples()) {
    const out: Buffer[] = [];
    for await (const event of walkMime(message, { embedded: true })) {
      assert.notEqual(event.kind, 'verdict', path);
      if (event.kind !== 'verdict') out.push(event.bytes);
    }
    const body = bytes.subarray(message.body.start);
    assert(
      Buffer.concat(out).equals(Buffer.concat([message.headers.bytesWithBlankLine(), body])),
      path,
    );
    for (const line of await firstLines(message, 5)) assert.doesNotMatch(line, /[\r\n]/, path);
  }
});
