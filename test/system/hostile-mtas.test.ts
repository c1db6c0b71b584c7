/** MTAs that do what they should not, behind real processes: everybody gets it all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainMessage, putIn } from '../../bench/posting.ts';
import { makeSuite, until } from '../../bench/suite.ts';
import type { SinkOptions } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import { makeList } from '../site.ts';

const each = 20;
const waitMs = 60_000;

/** Every second one is told this. */
function half(stage: 'data' | 'body', reply: string): SinkOptions {
  let asked = 0;
  const match = { test: () => asked++ % 2 === 0 };
  return { rules: [{ stage, match, reply }] };
}

/** What each does, and how many copies may come twice. */
const hostile: readonly (readonly [domain: string, options: SinkOptions, repeats: number])[] = [
  ['drops.example', { rules: [{ stage: 'body', match: /./, reply: 'take', times: 3 }] }, 3],
  ['half.example', half('data', '451 4.3.0 later'), 0],
  [
    'liar.example',
    { rules: [{ stage: 'mail', match: /> .*=/, reply: '555 5.5.4 unsupported parameter' }] },
    0,
  ],
  [
    'liar-rcpt.example',
    { rules: [{ stage: 'rcpt', match: /> .*=/, reply: '555 5.5.4 unsupported parameter' }] },
    0,
  ],
  ['ten.example', { messagesPerConnection: 3 }, 0],
  ['few.example', { maxRecipients: 3 }, 0],
  ['late.example', half('body', '452 4.3.1 no room'), 0],
];

for (const verp of ['never', 'always'] as const) {
  test(`hostile MTAs get everybody's mail, once (verp ${verp})`, async () => {
    const sinks = await Promise.all(hostile.map(([, options]) => startSink(options)));
    const relays = hostile.map(
      ([domain], n) => `[[relay]]\nport = ${sinks[n]?.port}\ndomains = ["${domain}"]\n`,
    );
    const outgoing = '[outgoing]\nretryMs = [100]\n';
    await using suite = await makeSuite(`${outgoing}[[relay]]\nport = 1\n${relays.join('')}`);
    const members = hostile.flatMap(([domain]) =>
      Array.from({ length: each }, (_, n) => `m${n}@${domain}`),
    );
    const dsn = 'recipient';
    const list = 'cats@example.com';
    await makeList(suite.site, list, members, { verp, dsn, nonmemberAction: 'accept' });
    await suite.start('archive', 'incoming', 'pipeline', 'mailing', 'outgoing');
    await putIn(suite.site, list, plainMessage(list, 1, 2000));
    for (const [n, [domain, , repeats]] of hostile.entries()) {
      const sink = sinks[n];
      assert(sink);
      const all = () => sink.stats().distinct === each;
      await until(`${domain}: ${JSON.stringify(sink.stats())}`, waitMs, all);
      const most = repeats * (verp === 'always' ? 1 : each);
      assert(sink.stats().repeated <= most, `${domain}: ${JSON.stringify(sink.stats())}`);
    }
    await suite.stop();
    for (const sink of sinks) await sink.close();
  });
}
