/** How fast postings are judged and prepared: incoming and pipeline, one worker each, durable. */
import { makeList } from '../../test/site.ts';
import { LogTail } from '../log-tail.ts';
import { author, plainMessage, putIn } from '../posting.ts';
import { atLeast, type Row, rounded } from '../row.ts';
import { makeSuite, until } from '../suite.ts';

const list = 'rules@lists.example';
const members = 49;
const warm = 300;
const measured = 1500;
const bytes = 2048;

/** The rules that a list of strangers' mail would have on. */
const settings = {
  headerMatches: [
    'Subject: (?:viagra|casino).*free => discard',
    'X-Mailer: ^bulk => hold',
    'From: @spam\\.example => reject',
  ],
  rejectNonmembers: ['^.*@spam\\.example$'],
  senderRate: 100_000,
  listRate: 100_000,
  maxAttachmentBytes: 100_000,
};

export const rules: Row = {
  name: 'rules',
  what: 'postings through incoming and pipeline to a list of 50, all rules asked',
  async run(say) {
    await using suite = await makeSuite('[lmtp]\nlisten = []\n');
    const roster = Array.from({ length: members }, (_, n) => `m${n}@d${n}.example`);
    await makeList(suite.site, list, [author, ...roster], settings);
    const tail = new LogTail(suite.logFile);
    let done = 0;
    const count = (wanted: number) => () => {
      const settled = tail.lines().filter((line) => line['queue'] === 'pipeline');
      done += settled.filter((line) => line['fate'] === 'finish').length;
      return done >= wanted;
    };
    for (let n = 0; n < warm + measured; n += 1) {
      await putIn(suite.site, list, plainMessage(list, n, bytes));
    }
    await suite.start('pipeline', 'incoming');
    await until('the first are through', 60_000, count(warm));
    const from = { at: performance.now(), done };
    await until('all are through', 120_000, count(warm + measured));
    const tookMs = performance.now() - from.at;
    say(`${measured} postings in ${rounded(tookMs)} ms`);
    return [atLeast('rules', rounded(((done - from.done) / tookMs) * 1000), 'postings/s', 300)];
  },
};
