/** A posting that is archived elsewhere too, through the runners: what fails waits in the spool. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { addressesOf } from '../literals.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const start = Date.UTC(2026, 10, 24, 10);
const minuteMs = 60_000;
const author = 'ann@x.example';
const message = `From: ${author}\r\nTo: cats@example.com\r\nSubject: food\r\nMessage-ID: <1@x>\r\n\r\nHi\r\n`;

/** The entries of a queue: who is left of each. */
function waiting(site: Site): (readonly string[])[] {
  return [...waitingIn(site.spool, 'archive')].map((place) => {
    const read = readPlace(place);
    assert(read.kind === 'entry' && read.meta.work.kind === 'archive');
    return read.meta.work.left ?? [];
  });
}

test('each kind of archiver has a posting once, whatever is down for how long', async () => {
  let isUp = false;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      asked.push(isUp ? body : 'down');
      response.statusCode = isUp ? 200 : 502;
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  const port = typeof at === 'object' ? at?.port : 0;
  const made = await makeSite();
  const { root } = made;
  // A command that fails until its inbox is there, as public-inbox-mda does.
  const inbox = join(root, 'inbox');
  const script = `test -d ${inbox} || exit 75; cat >> ${inbox}/$ORIGINAL_RECIPIENT`;
  const archivers = [
    { name: 'hk', kind: 'hyperkitty', url: `http://127.0.0.1:${port}/hk`, keyFile: 'keys/hk' },
    { name: 'inbox', kind: 'command', command: ['sh', '-c', script] },
    { name: 'outside', kind: 'mail', address: 'in@archive.example' },
    { name: 'unwanted', kind: 'command', command: ['sh', '-c', `touch ${root}/unwanted`] },
  ];
  const toml = archivers
    .map((one) => Object.entries(one).map(([key, value]) => `${key} = ${JSON.stringify(value)}`))
    .map((lines) => `[[archiver]]\n${lines.join('\n')}\n`);
  writeFileSync(join(root, 'config', 'listmill.toml'), toml.join('\n'));
  const settings = { archivers: ['hk', 'inbox', 'outside'], explicitDestination: false };
  await makeList(made, 'cats@example.com', [author], settings);
  const site = made.open();
  const work = (now: number) => workAt(site, now, ['incoming', 'pipeline', 'archive']);
  try {
    mkdirSync(join(site.paths.var, 'keys'), { recursive: true });
    writeFileSync(join(site.paths.var, 'keys', 'hk'), 'secret\n');
    await putEntry(site.spool.paths.root, { message, sender: author, now: start });
    await work(start);

    // The members' copy does not wait, nor does the archiver that is up.
    assert.deepEqual(outgoing(site), [author, 'in@archive.example']);
    assert.deepEqual(waiting(site), [['hk', 'inbox']]);
    assert.deepEqual(asked, ['down']);

    await work(start + minuteMs - 1);
    assert.deepEqual(asked, ['down'], 'it is let alone for a minute');
    mkdirSync(inbox);
    await work(start + minuteMs);
    assert.deepEqual(waiting(site), [['hk']]);
    assert.equal(readFileSync(join(inbox, 'cats@example.com'), 'utf8'), message);

    isUp = true;
    await work(start + 6 * minuteMs);
    assert.deepEqual(waiting(site), []);
    assert.deepEqual(asked.slice(0, 2), ['down', 'down']);
    assert.equal(asked.length, 3);
    assert(asked[2]?.includes(message));

    await work(start + 600 * minuteMs);
    assert.equal(asked.length, 3);
    assert.equal(readFileSync(join(inbox, 'cats@example.com'), 'utf8'), message);
    assert.deepEqual(outgoing(site), [author, 'in@archive.example']);
    assert.equal(existsSync(join(root, 'unwanted')), false);
    const volume = join(site.paths.archive, 'cats.example.com', '2026-11.mail');
    assert.equal(readFileSync(volume, 'utf8').split('\nSubject: food').length, 2);
  } finally {
    await site.close();
    server.close();
    server.closeAllConnections();
    await made[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  }
});

/** Who gets what is on its way out. */
function outgoing(site: Site): string[] {
  return [...waitingIn(site.spool, 'outgoing')]
    .flatMap((place) => {
      const read = readPlace(place);
      if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') return [];
      return addressesOf(read.meta.work.recipients);
    })
    .sort();
}
