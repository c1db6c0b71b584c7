/** How the cost of a mailing grows, with its size, with connections, with workers. */
import { cpuUsOfPosting, listWith, mail, startFlow } from '../mailing.ts';
import { startSmtpSink } from '../postfix.ts';
import { atLeast, atMost, type Row, rounded, told } from '../row.ts';
import { startSinkProcess } from '../sink.ts';

const port = 18_526;
const own = { verp: 'always' };

export const slowMta: Row = {
  name: 'slow-mta',
  what: 'an MTA that takes 20 ms for each reply: rate by connections, a transaction each',
  async run(say) {
    const rates: number[] = [];
    const steps = [1, 4, 16];
    for (const connections of steps) {
      using sink = await startSinkProcess('--delay', '20');
      const outgoing = `connections = ${connections}`;
      await using suite = await startFlow({ port: sink.port, outgoing, workers: 1 });
      const members = 100 * connections;
      await listWith(suite, members, own);
      await listWith(suite, 10, own);
      await mail(suite, 10, 1);
      const { perSecond } = await mail(suite, members, 1);
      say(`${connections} connections: ${rounded(perSecond)} recipients/s`);
      rates.push(perSecond);
    }
    const [one = 1, , many = 0] = rates;
    return [
      atLeast('slow-mta', rounded(many / one, 1), 'times, 16 connections', 12.8),
      ...steps.map((count, n) => told(`slow-mta: ${count}`, rounded(rates[n] ?? 0), '/s')),
    ];
  },
};

export const workers: Row = {
  name: 'workers',
  what: 'a transaction each: rate by workers of outgoing',
  async run(say) {
    using _sink = await startSmtpSink(port);
    const results = [];
    for (const count of [1, 2, 4]) {
      await using suite = await startFlow({ port, outgoing: 'connections = 8', workers: count });
      await listWith(suite, 60_000, own);
      await listWith(suite, 5000, own);
      await mail(suite, 5000, 1);
      const { perSecond, cpuUs } = await mail(suite, 60_000, 1);
      say(`${count} workers: ${rounded(perSecond)} recipients/s, ${rounded(cpuUs, 1)} us CPU each`);
      results.push(told(`workers: ${count}`, rounded(perSecond), '/s'));
    }
    return results;
  },
};

/** Postings at once, to one member and to a hundred in turn: each other one is in the same second. */
const together = 40;
const rounds = 16;
/** What is measured in each so many rounds; the million, which takes longest, in the middle. */
const larger = [
  { members: 10_000, isDue: (round: number) => round % 4 === 0 },
  { members: 1_000_000, isDue: (round: number) => round === rounds / 2 },
] as const;

export const costCurve: Row = {
  name: 'cost-curve',
  what: 'CPU for a recipient beyond the posting itself, at 100, 10,000 and 1,000,000',
  async run(say) {
    using _sink = await startSmtpSink(port);
    // One worker: two that share a core cost more each, and only large mailings have both.
    await using suite = await startFlow({ port, outgoing: 'connections = 8', workers: 1 });
    // The archive looks later at what it has, in a turn that is another's.
    const settings = { ...own, archivePolicy: 'never' };
    for (const members of [1, 100, 10_000, 1_000_000]) await listWith(suite, members, settings);
    const alone: number[] = [];
    const seen = new Map<number, number[]>();
    const look = async (members: number, postings: number): Promise<void> => {
      const us = await cpuUsOfPosting(suite, members, postings);
      const cost = (us - (alone.at(-1) ?? 0)) / (members - 1);
      seen.set(members, [...(seen.get(members) ?? []), cost]);
    };
    // What is compiled while it runs must not be counted to those who come first.
    for (let n = 0; n < 8; n += 1) {
      await cpuUsOfPosting(suite, 10_000, 1);
      for (const few of [1, 100]) await cpuUsOfPosting(suite, few, together);
    }
    for (let round = 0; round < rounds; round += 1) {
      alone.push(await cpuUsOfPosting(suite, 1, together));
      await look(100, together);
      for (const { members, isDue } of larger) if (isDue(round)) await look(members, 1);
    }
    const costs = [...seen].map(([members, each]) => ({ members, cost: median(each) }));
    for (const { members, cost } of costs) say(`${members}: ${rounded(cost, 1)} us each`);
    const all = costs.map(({ cost }) => cost);
    const spread = (Math.max(...all) / Math.min(...all) - 1) * 100;
    return [
      atMost('cost-curve', rounded(spread), '% between', 20),
      told('cost-curve: a posting', rounded(median(alone)), 'us CPU'),
      ...costs.map(({ members, cost }) => {
        return told(`cost-curve: ${members}`, rounded(cost, 1), 'us CPU each');
      }),
    ];
  },
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

export const ledgerCost: Row = {
  name: 'ledger-cost',
  what: 'CPU that the ledger adds to a copy, a transaction each and 500 in one',
  async run(say) {
    using _sink = await startSmtpSink(port);
    const results = [];
    for (const [verp, members] of [
      ['always', 50_000],
      ['never', 200_000],
    ] as const) {
      const costs: number[] = [];
      for (const days of [0, 30]) {
        const toml = `[clean]\nledgerDays = ${days}\n`;
        await using suite = await startFlow({ port, outgoing: 'connections = 8', toml });
        await listWith(suite, members, { verp });
        await mail(suite, members, 1);
        let cpuUs = Number.POSITIVE_INFINITY;
        // The least is the least disturbed by what else the machine does.
        for (let run = 0; run < 4; run += 1) {
          cpuUs = Math.min(cpuUs, (await mail(suite, members, 1)).cpuUs);
        }
        say(`verp ${verp}, ledger ${days} days: ${rounded(cpuUs, 2)} us CPU a copy`);
        costs.push(cpuUs);
      }
      const [without = 1, with_ = 0] = costs;
      const percent = (with_ / without - 1) * 100;
      results.push(atMost(`ledger-cost: verp ${verp}`, rounded(percent, 1), '% more CPU', 10));
    }
    return results;
  },
};
