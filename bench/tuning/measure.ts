/** One mailing through an MTA with some settings. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeList } from '../../test/site.ts';
import { LogTail } from '../log-tail.ts';
import { plainMessage, putIn } from '../posting.ts';
import { cpuMsOfAll, cpuMsOfSelf, cpuMsOfTree } from '../processes.ts';
import { type SinkProcess, startSinkProcess } from '../sink.ts';
import { makeSuite, type Suite } from '../suite.ts';
import { audience, type Mta, replyMs } from './mta.ts';

const bytes = 4096;
const lookEveryMs = 100;
/** No mailing here takes longer. */
const mostMs = 240_000;

export type Effect = {
  /** From the posting until we had handed over all, and until the receivers had all. */
  readonly handedSeconds: number;
  readonly deliveredSeconds: number;
  /** Of the MTA alone. */
  readonly cpuSeconds: number;
  readonly mostWaiting: number;
};

export type Mailing = {
  readonly members: number;
  readonly verp: 'always' | 'never';
  /** Lines of our configuration. */
  readonly ours?: string;
};

export async function measure(
  start: (sink: number) => Promise<Mta>,
  { members, verp, ours = '' }: Mailing,
): Promise<Effect> {
  // It listens on all addresses of the loopback: there is nothing else in this network.
  using sink = await startSinkProcess('--host', '0.0.0.0', '--delay', String(replyMs));
  await using mta = await start(sink.port);
  await using suite = await makeSuite(`[[relay]]\nport = ${mta.port}\ntls = "none"\n${ours}`);
  const list = 'fan@lists.example';
  await makeList(suite.site, list, audience(members), { nonmemberAction: 'accept', verp });
  await suite.start('archive', 'incoming', 'pipeline', 'mailing', 'outgoing:2');
  const tail = new LogTail(suite.logFile);
  const [began, cpuBegan] = [performance.now(), mtaCpuMs(suite, sink)];
  await putIn(suite.site, list, plainMessage(list, 1, bytes));
  let handedSeconds: number | undefined;
  let mostWaiting = 0;
  for (;;) {
    const seconds = (performance.now() - began) / 1000;
    const finished = tail.lines().some(({ event }) => event === 'mailing-finished');
    if (finished) handedSeconds ??= seconds;
    mostWaiting = Math.max(mostWaiting, mta.waiting());
    const { recipients } = await sink.stats();
    if (handedSeconds !== undefined && recipients >= members) {
      const cpuSeconds = (mtaCpuMs(suite, sink) - cpuBegan) / 1000;
      return { handedSeconds, deliveredSeconds: seconds, cpuSeconds, mostWaiting };
    }
    if (seconds * 1000 > mostMs) throw new Error(`${recipients} of ${members} after ${mostMs} ms`);
    await sleep(lookEveryMs);
  }
}

/** What is neither this program nor the suite nor the sink. */
function mtaCpuMs(suite: Suite, sink: SinkProcess): number {
  const others = [...suite.pids.values(), sink.pid].map(cpuMsOfTree);
  return others.reduce((left, ms) => left - ms, cpuMsOfAll() - cpuMsOfSelf());
}
