/** Many small postings, through the whole suite. */
import { startSink } from '../../test/sink.ts';
import { makeList } from '../../test/site.ts';
import { sendMany } from '../posting.ts';
import { atLeast, type Row, rounded, told } from '../row.ts';
import { freePort, makeSuite, until } from '../suite.ts';

const postings = 1000;
const members = 50;
const connections = 8;
const bytes = 2048;

type Measured = { readonly rate: number; readonly intake: number };

export const smallPosts: Row = {
  name: 'small-posts',
  what: '1,000 postings to 50 members by LMTP, to all 50,000 handed over, by a suite that runs',
  async run(say) {
    await using sink = await startSink();
    const lmtp = await freePort();
    await using suite = await makeSuite(
      `[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n[[relay]]\nport = ${sink.port}\ntls = "none"\n`,
    );
    const list = 'small@lists.example';
    await makeList(suite.site, list, members, { nonmemberAction: 'accept' });
    await suite.startMaster();
    const send = async (first: number): Promise<Measured> => {
      const began = performance.now();
      const run = { count: postings, connections, first };
      const intakeMs = await sendMany(lmtp, list, run, bytes);
      const wanted = (first + postings) * members;
      await until(`${wanted} handed over`, 120_000, () => sink.stats().distinct >= wanted);
      const rate = rounded((postings / (performance.now() - began)) * 1000);
      return { rate, intake: rounded((postings / intakeMs) * 1000) };
    };
    // A suite lives for weeks, and its code is slow while it is new: some hundred postings long.
    const young = await send(0);
    say(`the first ${postings}: ${young.rate}/s`);
    const { rate, intake } = await send(postings);
    const { repeated } = sink.stats();
    if (repeated > 0) throw new Error(`${repeated} were handed over twice`);
    say(`taken in at ${intake}/s`);
    return [
      atLeast('small-posts', rate, 'postings/s', 300),
      told('small-posts: taken in', intake, 'postings/s'),
      told('small-posts: the first 1,000', young.rate, 'postings/s'),
    ];
  },
};
