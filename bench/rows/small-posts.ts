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
/** So many times as many postings go before. */
const warmUps = 2;
const nth = ['the first', 'the second'];

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
    // A suite lives for weeks, and its code is slow while it is new: some thousand postings long.
    const young: number[] = [];
    for (let n = 0; n < warmUps; n += 1) {
      const { rate } = await send(n * postings);
      say(`${n * postings} to ${(n + 1) * postings}: ${rate}/s`);
      young.push(rate);
    }
    const { rate, intake } = await send(warmUps * postings);
    const { repeated } = sink.stats();
    if (repeated > 0) throw new Error(`${repeated} were handed over twice`);
    say(`taken in at ${intake}/s`);
    return [
      atLeast('small-posts', rate, 'postings/s', 300),
      told('small-posts: taken in', intake, 'postings/s'),
      ...young.map((early, n) => told(`small-posts: ${nth[n]} 1,000`, early, 'postings/s')),
    ];
  },
};
