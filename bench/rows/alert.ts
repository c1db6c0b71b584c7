/** An alert while a newsletter runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeList } from '../../test/site.ts';
import { LogTail } from '../log-tail.ts';
import { startFlow } from '../mailing.ts';
import { startSmtpSink } from '../postfix.ts';
import { plainMessage, putIn } from '../posting.ts';
import { atMost, percentile, type Row, rounded, told } from '../row.ts';

const port = 18_527;
const recipients = 1_000_000;
const newsletter = 'news@lists.example';
const alarm = 'alert@lists.example';
const everyMs = 300;
/** As many as go into a newsletter, at most. */
const most = 20;

export const alert: Row = {
  name: 'alert',
  what: 'a list of priority 1 while a mailing to 1,000,000 runs: from posting to hand-over',
  async run(say) {
    using _sink = await startSmtpSink(port);
    await using suite = await startFlow({ port });
    const accept = { nonmemberAction: 'accept' };
    await makeList(suite.site, newsletter, recipients, accept);
    await makeList(suite.site, alarm, 10, { ...accept, priority: 1 });
    const tail = new LogTail(suite.logFile);
    await putIn(suite.site, alarm, plainMessage(alarm, 1, 500));
    await tail.waitFor('mailing-finished', 1);
    await putIn(suite.site, newsletter, plainMessage(newsletter, 2, 4096));
    await tail.waitFor('delivered', 1);
    const times: number[] = [];
    let isOver = false;
    for (let n = 0; n < most && !isOver; n += 1) {
      const began = Date.now();
      await putIn(suite.site, alarm, plainMessage(alarm, 100 + n, 500));
      let handedAt: number | undefined;
      while (handedAt === undefined) {
        await sleep(10);
        for (const line of tail.lines()) {
          const ofAlarm = String(line['list']).startsWith('alert.');
          if (ofAlarm && line['event'] === 'delivered') handedAt = Date.parse(String(line['time']));
          if (!ofAlarm && line['event'] === 'mailing-finished') isOver = true;
        }
      }
      if (!isOver) times.push(handedAt - began);
      await sleep(everyMs);
    }
    if (times.length === 0) throw new Error('the newsletter was through before the first alert');
    say(`${times.length} alerts: ${times.join(', ')} ms`);
    return [
      atMost('alert', Math.max(...times), 'ms', 250),
      told('alert: median', rounded(percentile(times, 0.5)), 'ms'),
    ];
  },
};
