/** Every sample message goes through real processes: none is shunted, lost, or robbed of bytes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSuite } from '../bench/suite.ts';
import { accept, arrive } from '../src/spool/intake.ts';
import { corpusFiles, needsCorpus } from './mail/corpus.ts';
import { type SunkMessage, startSink } from './sink.ts';
import { makeList } from './site.ts';

const list = 'cats@lists.example';
const runners = ['archive', 'incoming', 'pipeline', 'mailing', 'outgoing'];

test(
  'every sample message is distributed or parked with a reason, whole',
  needsCorpus,
  async () => {
    await using sink = await startSink({ keep: true });
    await using suite = await makeSuite(
      `[[relay]]\nport = ${sink.port}\ntls = "none"\n[limits]\nfreeBytes = 0\n`,
    );
    await makeList(suite.site, list, ['anne@members.example'], {
      nonmemberAction: 'accept',
      explicitDestination: false,
      maxBytes: 0,
      verp: 'always',
      archivePolicy: 'never',
      heldNotices: false,
      moderatorNotices: 'never',
    });
    const files = new Map<string, string>();
    const opened = suite.site.open();
    for (const file of corpusFiles('messages')) {
      const arrival = await arrive(opened.spool, createReadStream(file), 100_000_000);
      const work = { kind: 'mail', via: 'inject' } as const;
      const target = { queue: 'incoming', recipient: list, work } as const;
      const [id] = await accept(opened.spool, arrival, 'sender@example.org', [target], Date.now());
      files.set(id ?? '', file);
    }
    await suite.start(...runners);
    const spool = join(suite.site.root, 'spool');
    while (waitingIn(spool) > 0) await sleep(50);
    await suite.stop();

    const delivered = new Map(sink.messages.map((message) => [rootOf(message), message]));
    const parked = { held: parkedIn(spool, 'held'), bad: parkedIn(spool, 'bad') };
    assert.deepEqual(parkedIn(spool, 'shunt'), []);
    assert.equal(delivered.size, sink.messages.length, 'nobody got one twice');
    const counts = { delivered: 0, held: 0, bad: 0, discarded: 0 };
    const discarded = discardedIn(suite.logFile);
    for (const [id, file] of files) {
      const message = delivered.get(id);
      if (message) {
        counts.delivered += 1;
        assert.equal(bodyDigest(message.bytes), bodyDigest(readFileSync(file)), file);
      } else if (discarded.has(id)) counts.discarded += 1;
      else {
        const where = parked.held.includes(id) ? 'held' : 'bad';
        counts[where] += 1;
        const folder = join(spool, where, 'incoming', id);
        assert(existsSync(folder), `${file} is nowhere`);
        assert.deepEqual(readFileSync(join(folder, 'message.eml')), readFileSync(file));
        const why = JSON.parse(readFileSync(join(folder, 'why.json'), 'utf8')) as {
          reasons: string[];
        };
        assert(why.reasons.length > 0 && why.reasons.every((reason) => reason !== ''), file);
      }
    }
    assert(counts.delivered > files.size * 0.6, JSON.stringify(counts));
    console.log(`# ${files.size} messages: ${JSON.stringify(counts)}`);
  },
);

function waitingIn(spool: string): number {
  let count = 0;
  for (const queue of ['incoming', 'pipeline', 'mailing', 'outgoing', 'virgin', 'archive']) {
    for (const priority of readdirSync(join(spool, queue, 'new'))) {
      count += readdirSync(join(spool, queue, 'new', priority)).length;
    }
    for (const worker of readdirSync(join(spool, queue, 'claimed'))) {
      count += readdirSync(join(spool, queue, 'claimed', worker)).length;
    }
  }
  return count;
}

function parkedIn(spool: string, where: string): string[] {
  return readdirSync(join(spool, where)).flatMap((queue) => readdirSync(join(spool, where, queue)));
}

/** Root ids of what the log says was discarded: by a rule, or as a copy of what came before. */
function discardedIn(log: string): Set<string> {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return new Set(
    events
      .filter((line) => line['verdict'] === 'discard' || line['event'] === 'duplicate')
      .map((line) => String(line['entry']).split('-')[0] ?? ''),
  );
}

/** The return path names the mailing: `cats-bounces+TAG.ROOT.user=domain@...`. */
function rootOf(message: SunkMessage): string {
  return message.from.split('.')[1] ?? '';
}

/** Line ends become CRLF on the way, and nothing else may change: they are left out here. */
function bodyDigest(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const body = /\r?\n\r?\n([\s\S]*)$/.exec(text)?.[1] ?? '';
  return createHash('sha256')
    .update(body.replaceAll(/[\r\n]/g, ''))
    .digest('hex');
}
