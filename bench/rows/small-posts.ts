/** Many small postings, through the whole suite. */
import { startSink } from '../../test/sink.ts';
import { makeList } from '../../test/site.ts';
import { sendMany } from '../posting.ts';
import { atLeast, type Row, rounded, told } from '../row.ts';
import { freePort, makeSuite, until } from '../suite.ts';

const postings = 1000;
const members = 50;
const connections = 8;
const warmPostings = 200;
const bytes = 2048;

export const smallPosts: Row = {
  name: 'small-posts',
  what: '1,000 postings to 50 members by LMTP, to all 50,000 handed over',
  async run(say) {
    await using sink = await startSink();
    const lmtp = await freePort();
    await using suite = await makeSuite(
      `[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n[[relay]]\nport = ${sink.port}\ntls = "none"\n`,
    );
    const list = 'small@lists.example';
    await makeList(suite.site, list, members, { nonmemberAction: 'accept' });
    await suite.startMaster();
    const all = (count: number) =>
      until(`${count} handed over`, 120_000, () => sink.stats().distinct >= count);
    const warm = { count: warmPostings, connections, first: 0 };
    await sendMany(lmtp, list, warm, bytes);
    await all(warmPostings * members);
    const began = performance.now();
    const run = { count: postings, connections, first: warmPostings };
    const intakeMs = await sendMany(lmtp, list, run, bytes);
    await all((warmPostings + postings) * members);
    const tookMs = performance.now() - began;
    const { repeated } = sink.stats();
    if (repeated > 0) throw new Error(`${repeated} were handed over twice`);
    const intake = rounded((postings / intakeMs) * 1000);
    say(`taken in at ${intake}/s`);
    return [
      atLeast('small-posts', rounded((postings / tookMs) * 1000), 'postings/s', 300),
      told('small-posts: taken in', intake, 'postings/s'),
    ];
  },
};
