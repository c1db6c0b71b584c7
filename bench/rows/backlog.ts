/** Whether a long queue makes its runner slower. */
import { makeList } from '../../test/site.ts';
import { Backlog } from '../backlog.ts';
import { LogTail } from '../log-tail.ts';
import { atLeast, type Row, rounded, told } from '../row.ts';
import { makeSuite, type Suite, until } from '../suite.ts';

const list = 'backlog@lists.example';
const deep = 100_000;
const shallow = 100;
/** Worked off before the clock starts, and while it runs. */
const warm = 1000;
const measured = 3000;

export const backlog: Row = {
  name: 'backlog',
  what: 'drain rate of incoming with 100,000 waiting, over that with 100',
  async run(say) {
    await using suite = await makeSuite('[lmtp]\nlisten = []\n');
    // A stranger's postings to a list that discards them: no put, no change, one commit each.
    await makeList(suite.site, list, 1, { nonmemberAction: 'discard' });
    const queue = new Backlog(suite.site.root, list);
    const before = await shallowRate(suite, queue);
    say(`${rounded(before)}/s with ${shallow} waiting; preparing ${deep} ...`);
    const many = await deepRate(suite, queue);
    say(`${rounded(many)}/s with ${deep} waiting`);
    const after = await shallowRate(suite, queue);
    say(`${rounded(after)}/s with ${shallow} waiting`);
    const few = (before + after) / 2;
    return [
      atLeast('backlog', rounded(many / few, 3), 'of the rate at 100', 0.9),
      told('backlog: at 100,000', rounded(many), '/s'),
      told('backlog: at 100', rounded(few), '/s'),
    ];
  },
};

/** Keeps `shallow` entries waiting while the runner drains; gives entries a second. */
async function shallowRate(suite: Suite, queue: Backlog): Promise<number> {
  queue.prepare(warm + measured + shallow);
  const refill = (): void => queue.publish(Math.max(0, shallow - queue.waiting()));
  const rate = await drain(suite, refill);
  queue.clear();
  return rate;
}

async function deepRate(suite: Suite, queue: Backlog): Promise<number> {
  queue.prepare(deep);
  queue.publish(deep);
  const rate = await drain(suite, () => undefined);
  queue.clear();
  return rate;
}

/** Starts the runner and stops it when it has settled enough; gives entries a second. */
async function drain(suite: Suite, refill: () => void): Promise<number> {
  const tail = new LogTail(suite.logFile);
  tail.lines();
  let settled = 0;
  const count = (wanted: number) => () => {
    refill();
    settled += tail.lines().filter((line) => line['event'] === 'judged').length;
    return settled >= wanted;
  };
  await suite.start('incoming');
  await until('the first are settled', 120_000, count(warm));
  const from = { at: performance.now(), settled };
  await until('enough are settled', 120_000, count(warm + measured));
  const rate = ((settled - from.settled) / (performance.now() - from.at)) * 1000;
  await suite.stop('incoming');
  return rate;
}
