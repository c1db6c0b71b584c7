/** MTAs that do what they should not, behind real processes: everybody gets it all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainMessage, putIn } from '../../bench/posting.ts';
import { makeSuite, until } from '../../bench/suite.ts';
import { type SinkOptions, usualOffers } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import { makeList } from '../site.ts';

const waitMs = 60_000;

/** Every second one is told this. */
function half(stage: 'data' | 'body', reply: string): SinkOptions {
  let asked = 0;
  const match = { test: () => asked++ % 2 === 0 };
  return { rules: [{ stage, match, reply }] };
}

const refused = '555 5.5.4 unsupported parameter';

type Hostile = {
  readonly options: SinkOptions;
  readonly members?: number;
  /** How many answers are lost: so many transactions may come twice. */
  readonly unanswered?: number;
};

const hostile: Readonly<Record<string, Hostile>> = {
  'drops.example': {
    options: { rules: [{ stage: 'body', match: /./, reply: 'take', times: 3 }] },
    unanswered: 3,
  },
  'half.example': { options: half('data', '451 4.3.0 later') },
  'late.example': { options: half('body', '452 4.3.1 no room') },
  // What they have offered they do not know when it is used.
  'liar.example': { options: { rules: [{ stage: 'mail', match: /> .*=/, reply: refused }] } },
  'liar-rcpt.example': { options: { rules: [{ stage: 'rcpt', match: /> .*=/, reply: refused }] } },
  'liar-xverp.example': {
    options: {
      offers: [...usualOffers, 'XVERP'],
      rules: [{ stage: 'mail', match: /XVERP/, reply: refused }],
    },
  },
  'hundred.example': { options: { maxRecipients: 100 }, members: 250 },
  // One recipient a message, as there would be only one message otherwise.
  'ten.example': { options: { messagesPerConnection: 10, maxRecipients: 1 }, members: 120 },
};
const usualMembers = 20;

for (const verp of ['never', 'always'] as const) {
  test(`hostile MTAs get everybody's mail, once (verp ${verp})`, async () => {
    const world = await Promise.all(
      Object.entries(hostile).map(
        async ([domain, { options, members = usualMembers, ...more }]) => ({
          domain,
          members,
          ...more,
          sink: await startSink({ ...options, keep: true }),
        }),
      ),
    );
    const relays = world.map(
      ({ domain, sink }) => `[[relay]]\nport = ${sink.port}\ndomains = ["${domain}"]\n`,
    );
    const outgoing = '[outgoing]\nretryMs = [100]\n';
    await using suite = await makeSuite(`${outgoing}[[relay]]\nport = 1\n${relays.join('')}`);
    const members = world.flatMap(({ domain, members }) =>
      Array.from({ length: members }, (_, n) => `m${n}@${domain}`),
    );
    const dsn = 'recipient';
    const list = 'cats@example.com';
    await makeList(suite.site, list, members, { verp, dsn, nonmemberAction: 'accept' });
    await suite.start('archive', 'incoming', 'pipeline', 'mailing', 'outgoing');
    await putIn(suite.site, list, plainMessage(list, 1, 2000));
    for (const { domain, members, unanswered = 0, sink } of world) {
      const all = () => sink.stats().distinct === members;
      await until(`${domain}: ${JSON.stringify(sink.stats())}`, waitMs, all);
      const most = unanswered * (verp === 'always' ? 1 : members);
      assert(sink.stats().repeated <= most, `${domain}: ${JSON.stringify(sink.stats())}`);
    }
    const sinkOf = (name: string) => world.find(({ domain }) => domain === name)?.sink;
    const ten = sinkOf('ten.example')?.stats();
    assert(ten && ten.messages === 120 && ten.connections >= 12, 'ten messages a connection');
    const tried = sinkOf('liar-xverp.example')?.commands.some((line) => line.includes(' XVERP'));
    assert.equal(tried, verp === 'always', 'XVERP was tried where it could have helped');
    await suite.stop();
    for (const { sink } of world) await sink.close();
  });
}
