/** Postings through real workers: judged, prepared, and what then waits to be mailed and kept. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSuite, type Suite } from '../../bench/suite.ts';
import { parseMeta } from '../../src/model/entry-text.ts';
import type { QueueName } from '../../src/model/queues.ts';
import type { Settings } from '../../src/model/settings.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { messageFile, metaFile } from '../../src/spool/layout.ts';
import { startDns, type TestDns } from '../dns.ts';
import { makeList } from '../site.ts';

const ann = 'ann@strict.example';
const html = ['--B', 'Content-Type: text/html', '', '<p>miaow</p>'];
const program = ['--B', 'Content-Type: application/x-sh; name=a.sh', '', 'rm -rf'];

type Waiting = { readonly list: string; readonly text: string; readonly due: number };

describe('postings', () => {
  let dns: TestDns;
  let suite: Suite;
  let count = 0;

  before(async () => {
    dns = await startDns({
      '_dmarc.strict.example': ['v=DMARC1; p=reject'],
      '_dmarc.dead.example': 'servfail',
    });
    suite = await makeSuite(`[lmtp]\nlisten = []\n[dns]\nservers = ["${dns.address}"]\n`);
  });

  after(async () => {
    await suite[Symbol.asyncDispose]();
    await dns[Symbol.asyncDispose]();
  });

  async function listWith(settings: Partial<Settings>): Promise<string> {
    count += 1;
    const address = `cats${count}@lists.example`;
    await makeList(suite.site, address, [ann, 'bob@dead.example'], settings);
    return address;
  }

  async function put(list: string, lines: readonly string[], sender = ann): Promise<void> {
    const opened = suite.site.open();
    const bytes = Buffer.from(lines.join('\r\n'));
    const arrival = await arrive(opened.spool, Readable.from([bytes]), bytes.length);
    const work = { kind: 'mail', via: 'inject' } as const;
    const target = { queue: 'incoming', recipient: list, work } as const;
    await accept(opened.spool, arrival, sender, [target], Date.now());
  }

  function posting(list: string, ...more: readonly string[]): string[] {
    count += 1;
    const id = `Message-ID: <${count}@strict.example>`;
    return [`From: Ann <${ann}>`, `To: ${list}`, 'Subject: food', id, ...more];
  }

  function waiting(queue: QueueName, list: string): Waiting[] {
    const folder = join(suite.site.root, 'spool', queue, 'new');
    return readdirSync(folder)
      .flatMap((priority) =>
        readdirSync(join(folder, priority)).map((name) => join(folder, priority, name)),
      )
      .flatMap((path) => {
        const parsed = parseMeta(
          readFileSync(join(path, metaFile)),
          basename(path).split('.')[1] ?? '',
        );
        assert(parsed.kind === 'meta');
        const { recipient = '', due } = parsed.meta;
        const text = readFileSync(join(path, messageFile), 'latin1');
        return recipient === list ? [{ list: recipient, text, due }] : [];
      });
  }

  /** Starts the workers and stops them when nothing is due any more. */
  async function work(): Promise<void> {
    await suite.start('incoming', 'pipeline');
    const open = (queue: QueueName) => {
      const folder = join(suite.site.root, 'spool', queue);
      return ['new', 'claimed'].some((part) =>
        readdirSync(join(folder, part)).some((name) =>
          readdirSync(join(folder, part, name)).some((entry) => !isLater(entry)),
        ),
      );
    };
    while (open('incoming') || open('pipeline')) await sleep(20);
    await suite.stop();
  }

  test('are judged and prepared as their lists want it', async () => {
    const munge = await listWith({ dmarcAction: 'munge', displayName: 'Cats' });
    const wrap = await listWith({ dmarcAction: 'wrap', footer: 'bye' });
    const plain = await listWith({});
    const filter = await listWith({
      filterContent: true,
      filterExtensions: ['sh'],
      htmlToText: true,
    });
    const empty = await listWith({
      filterContent: true,
      passTypes: ['image'],
      filterEmpty: 'preserve',
    });
    const quiet = await listWith({ quietHours: quietNow() });
    const strict = await listWith({ nonmemberAction: 'reject' });
    const lone = [...posting(munge), '', 'miaow', ''];
    await put(munge, lone);
    await put(
      munge,
      ['From: bob@dead.example', ...posting(munge).slice(1), '', 'wuff', ''],
      'bob@dead.example',
    );
    await put(wrap, [...posting(wrap), '', 'miaow', '']);
    // The same message twice at the same moment: one worker has both in hand.
    const twice = [...posting(plain), '', 'Approved: wrong', 'miaow', ''];
    await put(plain, twice);
    await put(plain, twice);
    const mixed = [
      'Content-Type: multipart/mixed; boundary=B',
      '',
      ...html,
      ...program,
      '--B--',
      '',
    ];
    await put(filter, [...posting(filter), ...mixed]);
    await put(empty, [...posting(empty), '', 'miaow', '']);
    await put(quiet, [...posting(quiet), '', 'miaow', '']);
    const zoe = 'zoe@forged.example';
    for (let n = 0; n < 4; n += 1) {
      await put(strict, [`From: ${zoe}`, ...posting(strict).slice(1), '', 'wuff', ''], zoe);
    }
    await work();

    const [first, second] = waiting('outgoing', munge)
      .map(({ text }) => text)
      .sort();
    assert.match(first ?? '', /^From: Ann via Cats <cats1@lists\.example>\r\n/m);
    assert.match(first ?? '', /^Reply-To: Ann <ann@strict\.example>\r\n/m);
    assert.match(second ?? '', /^From: bob via Cats <cats1@/m, 'trouble with DNS means protect');
    const kept = waiting('archive', munge).map(({ text }) => text);
    assert(kept.includes(lone.join('\r\n')), 'the archive has it as it came');

    const wrapped = waiting('outgoing', wrap)[0]?.text ?? '';
    assert.match(wrapped, /^From: Ann via cats2 <cats2@lists\.example>\r\n/m);
    assert.match(
      wrapped,
      /message\/rfc822[\s\S]*\r\n\r\nFrom: Ann <ann@strict\.example>\r\n[\s\S]*miaow[\s\S]*bye/,
    );

    assert.equal(waiting('outgoing', plain).length, 1, 'one of two with one Message-ID');
    for (const queue of ['outgoing', 'archive'] as const) {
      assert.doesNotMatch(waiting(queue, plain)[0]?.text ?? '', /wrong/, queue);
    }

    const filtered = waiting('outgoing', filter)[0]?.text ?? '';
    assert.match(filtered, /^Content-Type: text\/plain; charset="utf-8"\r\n/m);
    assert.match(filtered, /\r\n\r\nmiaow\r\n\[The list removed: a\.sh \(application\/x-sh\)\]/);
    assert.match(waiting('archive', filter)[0]?.text ?? '', /rm -rf/);

    assert.equal(waiting('outgoing', empty).length, 0);
    assert.equal(readdirSync(join(suite.site.root, 'spool', 'bad', 'incoming')).length, 1);

    assert.equal(
      waiting('virgin', strict).length,
      1,
      'a forged address is written to once an hour',
    );

    const [later] = waiting('incoming', quiet);
    assert(later && later.due > Date.now(), 'it waits for the end of the quiet hours');
  });

  test('first ones of an author are held, and are known again when they come back', async () => {
    const list = await listWith({ senderRate: 2, firstPosts: 1 });
    const first = [...posting(list), '', 'miaow', ''];
    await put(list, first);
    await work();
    const held = () => heldReasons(suite);
    assert.deepEqual(
      held().at(-1),
      'first-posts: It is posting number 1 of its author; the first 1 are looked at.',
    );
    await put(list, first);
    await put(list, [...posting(list), '', 'miaow', '']);
    await work();
    assert.equal(held().length, 2, 'what came a second time is gone');
  });
});

function isLater(name: string): boolean {
  const due = Number(/^(\d{13})\./.exec(name)?.[1] ?? 0);
  return due > Date.now() + 1000;
}

/** Hours that it is within now, and for some time yet. */
function quietNow(): string {
  const hour = (more: number) =>
    String((new Date().getUTCHours() + more + 24) % 24).padStart(2, '0');
  return `${hour(-1)}:00-${hour(3)}:00`;
}

function heldReasons(suite: Suite): string[] {
  const folder = join(suite.site.root, 'spool', 'held', 'incoming');
  return readdirSync(folder).map((id) => {
    const why = JSON.parse(readFileSync(join(folder, id, 'why.json'), 'utf8')) as {
      reasons: string[];
    };
    return why.reasons.join(' ');
  });
}
