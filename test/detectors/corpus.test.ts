/** The sample bounces: how many are read right. Figures that drop fail. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { diagnose, parseReport } from '../../src/engine/diagnose.ts';
import { corpusFiles, corpusFolder, needsCorpus } from '../mail/corpus.ts';

const row = z.object({
  file: z.string(),
  recipients: z.array(z.string()),
  accept: z.array(z.array(z.string())).optional(),
  kind: z.enum(['permanent', 'temporary', 'none']),
});

/** Of the bounces, those whose exact set of addresses is found. Two are known to differ. */
const wantedExact = 0.995;
/** Of all messages, those whose kind is right. */
const wantedKind = 0.995;

const listed = (addresses: readonly string[]): string => [...addresses].sort().join(' ');

test('addresses and kinds of the samples', needsCorpus, () => {
  let bounces = 0;
  let exact = 0;
  let messages = 0;
  let kinds = 0;
  const alarms: string[] = [];
  const wrong: string[] = [];
  const folder = join(corpusFolder, 'bounces');
  for (const source of readdirSync(folder)) {
    const table = readFileSync(join(folder, source, 'expected.jsonl'), 'utf8');
    for (const line of table.split('\n')) {
      if (line === '') continue;
      const expected = row.parse(JSON.parse(line));
      const path = join(folder, source, expected.file);
      const diagnosis = diagnose(parseReport(readFileSync(path)));
      const found = listed(diagnosis.recipients.map((one) => one.address));
      messages++;
      if (diagnosis.kind === expected.kind) kinds++;
      if (expected.kind === 'none') {
        if (diagnosis.kind !== 'none') alarms.push(path);
        continue;
      }
      bounces++;
      const right = [expected.recipients, ...(expected.accept ?? [])].map(listed);
      if (right.includes(found)) exact++;
      else wrong.push(`${path}: ${found}`);
    }
  }
  assert(bounces > 600 && messages > 800);
  assert.deepEqual(alarms, [], 'nobody innocent is charged');
  assert(exact / bounces >= wantedExact, wrong.join('\n'));
  assert(kinds / messages >= wantedKind, `${kinds} of ${messages}`);
});

test('ordinary mail charges nobody, but for the reports among it', needsCorpus, () => {
  const charged = corpusFiles('messages').filter(
    (path) => diagnose(parseReport(readFileSync(path))).kind !== 'none',
  );
  // Three of these samples are delivery reports.
  assert(charged.length <= 3, charged.join('\n'));
});
