import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { draftPosting } from '../../src/engine/drafting.ts';
import { isBroken, readMessage } from '../../src/mail/message.ts';
import type { Settings } from '../../src/model/settings.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { cats } from '../literals.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-filtered-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const now = 1_900_000_000_000;
const ann = 'ann@x.example';

test('what the filter leaves nothing of goes where the list says', async () => {
  await using made = await makeSite();
  const settings = { filterContent: true, passTypes: ['text/plain'] };
  const list = await makeList(made, 'cats@example.com', [ann], settings);
  const site = made.open();
  const admin = (await site.store()).as('test');
  /** What lies where because of one more picture. */
  const posted = async (filterEmpty: Settings['filterEmpty'], n: number) => {
    await admin.changeSettings(list, [{ name: 'filterEmpty', value: filterEmpty }]);
    const all = () => [
      ...[...waitingIn(site.spool, 'virgin')].map((place) => ({ queue: 'virgin', place })),
      ...[...waitingIn(site.spool, 'mailing')].map((place) => ({ queue: 'mailing', place })),
      ...[...waitingIn(site.spool, 'pipeline')].map((place) => ({ queue: 'pipeline', place })),
      ...[...parkedIn(site.spool, 'held')].map((place) => ({ queue: 'held', place })),
      ...[...parkedIn(site.spool, 'bad')].map((place) => ({ queue: 'bad', place })),
    ];
    const before = new Set(all().map(({ place }) => place.id));
    const head = [`From: ${ann}`, 'To: cats@example.com', 'Subject: x', `Message-ID: <${n}@x.y>`];
    const message = [...head, 'MIME-Version: 1.0', 'Content-Type: image/png', '', 'PNG', ''];
    await putEntry(site.spool.paths.root, { message: message.join('\r\n'), sender: ann, now });
    await workAt(site, now, ['incoming']);
    return all()
      .filter(({ place }) => !before.has(place.id))
      .map(({ queue, place }) => {
        const read = readPlace(place);
        assert(read.kind === 'entry');
        const { work } = read.meta;
        if (work.kind === 'notice') return `${queue}: ${work.to.join()}`;
        return work.kind === 'mailing' ? `${queue}: ${work.audience.kind}` : queue;
      });
  };
  assert.deepEqual(await posted('reject', 1), [`virgin: ${ann}`]);
  assert.deepEqual(await posted('discard', 2), []);
  assert.deepEqual(await posted('forward', 3), ['mailing: owners']);
  assert.deepEqual(await posted('preserve', 4), ['bad']);
  await site.close();
});

test('of alternatives the first goes out, or all where the list wants all', async () => {
  const path = join(folder, 'alternatives.eml');
  const head = ['From: ann@x.example', 'MIME-Version: 1.0'];
  const parts = ['--A', 'Content-Type: text/plain', '', 'a', '--A', 'Content-Type: text/html'];
  const type = 'Content-Type: multipart/alternative; boundary=A';
  writeFileSync(path, [...head, type, '', ...parts, '', '<p>a', '--A--', ''].join('\r\n'));
  const message = await readMessage(path);
  assert(!isBroken(message));
  const isFiltered = async (settings: Partial<Settings>) => {
    const list = cats({ filterContent: true, ...settings });
    const { draft } = await draftPosting({ now } as never, list, message, 1, () => 'said');
    return draft.transforms.some(({ name }) => name === 'content-filter');
  };
  assert.equal(await isFiltered({}), true);
  assert.equal(await isFiltered({ collapseAlternatives: false }), false);
  assert.equal(await isFiltered({ filterContent: false }), false);
});
