/** A suite with nothing to do: what it costs, and how fast it wakes up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startSink } from '../../test/sink.ts';
import { makeList } from '../../test/site.ts';
import { LmtpClient, plainMessage } from '../posting.ts';
import { cpuMsOf } from '../processes.ts';
import { atMost, percentile, type Row, rounded, told } from '../row.ts';
import { freePort, makeSuite, within } from '../suite.ts';

/** Longer than the slow poll of the queues, so that one falls into it. */
const watchMs = 65_000;
/** Workers that were only searched for claims are gone. */
const settleMs = 10_000;

export const idleCpu: Row = {
  name: 'idle-cpu',
  what: 'CPU of all processes together while there is nothing to do',
  async run(say) {
    const lmtp = await freePort();
    await using suite = await makeSuite(`[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n`);
    await suite.startMaster();
    say('letting it come to rest ...');
    await sleep(settleMs);
    const pids = await suite.suitePids();
    say(`watching ${pids.size} processes for ${watchMs / 1000} s ...`);
    const { used, tookMs } = await cpuDuring(pids, watchMs);
    const shares = [...used].map(([name, usedMs]) => [name, (usedMs / tookMs) * 100] as const);
    const all = shares.reduce((sum, [, share]) => sum + share, 0);
    return [
      atMost('idle-cpu', rounded(all, 3), '% of one core', 0.2),
      ...shares.map(([name, share]) => told(`idle-cpu: ${name}`, rounded(share, 4), '%')),
    ];
  },
};

/** CPU time by process, ms. */
async function cpuDuring(pids: ReadonlyMap<string, number>, ms: number) {
  const before = new Map([...pids].map(([name, pid]) => [name, cpuMsOf(pid)]));
  const began = performance.now();
  await sleep(ms);
  const used = new Map(
    [...pids].map(([name, pid]) => [name, cpuMsOf(pid) - (before.get(name) ?? 0)]),
  );
  return { used, tookMs: performance.now() - began };
}

const postings = 200;
/** Between postings: all is idle again. */
const pauseMs = 100;

export const idleLatency: Row = {
  name: 'idle-latency',
  what: 'from the end of a posting by LMTP to its first recipient handed over',
  async run(say) {
    let arrived: (at: number) => void = () => undefined;
    await using sink = await startSink({ took: () => arrived(performance.now()) });
    const lmtp = await freePort();
    await using suite = await makeSuite(
      `[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n[[relay]]\nport = ${sink.port}\ntls = "none"\n`,
    );
    const list = 'idle@lists.example';
    await makeList(suite.site, list, 3, { nonmemberAction: 'accept' });
    await suite.startMaster();
    const client = await LmtpClient.open(lmtp);
    const times: number[] = [];
    for (let n = 0; n < postings; n += 1) {
      await sleep(pauseMs);
      const arrival = new Promise<number>((resolve) => {
        arrived = resolve;
      });
      const message = plainMessage(list, n, 4096);
      const began = performance.now();
      await client.send(list, message);
      times.push((await within(30_000, 'the posting at the sink', arrival)) - began);
    }
    client.close();
    say(`${postings} postings, the fastest ${rounded(Math.min(...times), 1)} ms`);
    return [
      atMost('idle-latency: p50', rounded(percentile(times, 0.5), 1), 'ms', 30),
      atMost('idle-latency: p99', rounded(percentile(times, 0.99), 1), 'ms', 100),
    ];
  },
};
