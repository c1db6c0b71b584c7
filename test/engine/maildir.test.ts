import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeMaildir } from '../../src/engine/maildir.ts';
import { openSite } from '../../src/engine/site.ts';
import type { EntryMeta } from '../../src/model/entry.ts';
import { parseMeta } from '../../src/model/entry-text.ts';
import { metaFile, whyFile } from '../../src/spool/layout.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { makeList, makeSite } from '../site.ts';
import { workAt } from './stopped.ts';

const now = 1_800_000_000_000;

const cases: readonly (readonly [name: string, header: readonly string[], way: string])[] = [
  ['1', ['Return-Path: <ann@a.example>', 'Delivered-To: cats@example.com'], 'incoming cats@ ann@'],
  [
    '2',
    ['Return-Path: <>', 'Delivered-To: cats-request@example.com'],
    'command cats-request@ null',
  ],
  [
    '3',
    ['X-Original-To: cats@example.com', 'Delivered-To: someone@host.example'],
    'incoming cats@ null',
  ],
  ['4', ['Envelope-To: cats-bounces@example.com'], 'bounce cats-bounces@ null'],
  ['5', ['Return-Path: <ann@a.example>'], 'incoming  ann@'],
];

test('a Maildir has the envelope in the header, and what names nobody is kept whole', async () => {
  await using site = await makeSite('[log]\naddresses = "hashed"\n');
  await makeList(site, 'cats@example.com', []);
  const opened = openSite(site.root, { process: 'maildir-1' });
  const { spool } = opened;
  const folder = join(site.root, 'mail');
  mkdirSync(join(folder, 'new'), { recursive: true });
  const textOf = (header: readonly string[]) =>
    `${[...header, 'From: ann@a.example', 'Subject: x'].join('\n')}\n\nHerring.\n`;
  for (const [name, header] of cases) {
    writeFileSync(join(folder, 'new', name), textOf(header));
  }
  assert.equal(await takeMaildir(opened, folder, () => now), cases.length);
  assert.deepEqual(readdirSync(join(folder, 'new')), []);
  const taken = (['incoming', 'command', 'bounce'] as const).flatMap((queue) =>
    [...waitingIn(spool, queue)].map(({ folder: at, id }) => {
      const parsed = parseMeta(readFileSync(join(at, metaFile), 'utf8'), id);
      assert.equal(parsed.kind, 'meta');
      return { queue, meta: parsed.meta };
    }),
  );
  const local = (address: string | null | undefined) =>
    address?.replace(/@.*/, '@') ?? `${address}`;
  const wayOf = ({ queue, meta }: { queue: string; meta: EntryMeta }) =>
    `${queue} ${local(meta.recipient)} ${local(meta.sender)}`;
  assert.deepEqual(taken.map(wayOf).sort(), cases.map(([, , way]) => way).sort());
  const log = readFileSync(opened.paths.log, 'utf8');
  assert.match(log, /"recipient":"cats@example\.com","from":"[a-z2-7]{16}"/);
  assert.doesNotMatch(log, /ann@/);
  await workAt(opened, now + 1000, ['incoming']);
  const shunted = [...parkedIn(spool, 'shunt')];
  const [{ folder: parked } = assert.fail('nothing was shunted')] = shunted;
  assert.equal(shunted.length, 1);
  assert.match(
    readFileSync(join(parked, whyFile), 'utf8'),
    /no list has the address \(none given\)/,
  );
  assert.equal(readFileSync(join(parked, 'message.eml'), 'utf8'), textOf(cases[4]?.[1] ?? []));
  await opened.close();
});

test('what was taken, and whose draft was cleaned away since, is taken again', async () => {
  await using site = await makeSite();
  await makeList(site, 'cats@example.com', []);
  const opened = site.open();
  const folder = join(site.root, 'mail');
  mkdirSync(join(folder, 'new'), { recursive: true });
  const taken = join(folder, 'new', '.1.host.taken');
  writeFileSync(taken, 'Delivered-To: cats@example.com\nFrom: ann@a.example\n\nHerring.\n');
  const later = Date.now() + (opened.config.clean.tmpHours + 1) * 3_600_000;
  await takeMaildir(opened, folder, () => later);
  await takeMaildir(opened, folder, () => later);
  assert.deepEqual(readdirSync(join(folder, 'new')), []);
  assert.equal([...waitingIn(opened.spool, 'incoming')].length, 1);
  await opened.close();
});
