/** The sample bounces: how many are read right. Figures that drop fail. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { diagnose, parseReport } from '../../src/engine/diagnose.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import { corpusFiles, corpusFolder, needsCorpus } from '../mail/corpus.ts';

const row = z.object({
  file: z.string(),
  recipients: z.array(z.string()),
  accept: z.array(z.array(z.string())).optional(),
  kind: z.enum(['permanent', 'temporary', 'none']),
});

type Sample = z.infer<typeof row> & { readonly path: string; readonly text: string };

function* samples(): Generator<Sample> {
  const folder = join(corpusFolder, 'bounces');
  for (const source of readdirSync(folder)) {
    const table = readFileSync(join(folder, source, 'expected.jsonl'), 'utf8');
    for (const line of table.split('\n').filter((one) => one !== '')) {
      const expected = row.parse(JSON.parse(line));
      const path = join(folder, source, expected.file);
      yield { ...expected, path, text: readFileSync(path, 'latin1') };
    }
  }
}

function read(text: string): Diagnosis {
  return diagnose(parseReport(Buffer.from(text, 'latin1')));
}

function isExact(sample: Sample, diagnosis: Diagnosis): boolean {
  const listed = (addresses: readonly string[]): string => [...addresses].sort().join(' ');
  const found = listed(diagnosis.recipients.map((one) => one.address));
  return [sample.recipients, ...(sample.accept ?? [])].map(listed).includes(found);
}

test('addresses of 99.5 %, kinds of 99.5 %, no false alarm', needsCorpus, () => {
  const count = { bounces: 0, exact: 0, messages: 0, kinds: 0 };
  const alarms: string[] = [];
  const wrong: string[] = [];
  for (const sample of samples()) {
    const diagnosis = read(sample.text);
    count.messages++;
    if (diagnosis.kind === sample.kind) count.kinds++;
    if (sample.kind === 'none') {
      if (diagnosis.kind !== 'none') alarms.push(sample.path);
      continue;
    }
    count.bounces++;
    if (isExact(sample, diagnosis)) count.exact++;
    else wrong.push(sample.path);
  }
  assert(count.bounces > 600 && count.messages > 800);
  assert.deepEqual(alarms, [], 'nobody innocent is charged');
  assert(count.exact / count.bounces >= 0.995, wrong.join('\n'));
  assert(count.kinds / count.messages >= 0.995, `${count.kinds} of ${count.messages}`);
});

/** A part with its boundary line, up to the next. */
const statusPart =
  /\n--[^\n]*\n(?:(?!\n\n)[\s\S])*?content-type:\s*message\/delivery-status[\s\S]*?(?=\n--)/i;

test('where the fields of a report were lost, 93 % are read from its text', needsCorpus, () => {
  let reports = 0;
  let exact = 0;
  for (const sample of samples()) {
    const text = sample.text.replaceAll('\r\n', '\n');
    const lost = text.replace(statusPart, '').replace(/^x-failed-recipients:.*\n/im, '');
    if (!statusPart.test(text) || sample.kind === 'none') continue;
    reports++;
    const diagnosis = read(lost);
    if (diagnosis.kind === sample.kind && isExact(sample, diagnosis)) exact++;
  }
  assert(reports > 350);
  assert(exact / reports >= 0.93, `${exact} of ${reports}`);
});

test('people who attach, quote or paste a report are charged with nothing', needsCorpus, () => {
  for (const { kind, path, text: original } of samples()) {
    if (kind === 'none') continue;
    const text = original.replaceAll('\r\n', '\n');
    const subject = /^subject:(.*)$/im.exec(text)?.[1]?.trim() ?? 'failure notice';
    const body = text.slice(text.indexOf('\n\n') + 2);
    const quoted = body.split('\n').map((line) => `> ${line}`);
    const person = 'Return-Path: <ann@example.org>\nFrom: Ann <ann@example.org>\n';
    const attached = `--q\n\nHm?\n--q\nContent-Type: message/rfc822\n\n${text}\n--q--\n`;
    const letters = [
      `Subject: ${subject}\nContent-Type: multipart/mixed; boundary=q\n\n${attached}`,
      `Subject: Re: ${subject}\n\nWhat is this?\n\n${quoted.join('\n')}\n`,
      `Subject: Fwd: ${subject}\n\n---------- Forwarded message ---------\n${text}\n`,
      `Subject: A question\n\nI got this:\n\n${body}\n`,
    ];
    for (const letter of letters) assert.equal(read(person + letter).kind, 'none', path);
  }
});

test('ordinary mail charges nobody, but for the reports among it', needsCorpus, () => {
  const charged = corpusFiles('messages').filter(
    (path) => read(readFileSync(path, 'latin1')).kind !== 'none',
  );
  // Three of these samples are delivery reports.
  assert(charged.length <= 3, charged.join('\n'));
});
