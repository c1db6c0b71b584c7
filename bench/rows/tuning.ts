/** What the settings of docs/tuning.md do to a mailing, in a real Postfix and a real Exim. */
import { z } from 'zod';
import { noExim } from '../../test/system/exim-daemon.ts';
import { noPostfix } from '../../test/system/postfix-instance.ts';
import { linesOf, notApart } from '../apart.ts';
import { absent, failed, type Result, type Row, rounded } from '../row.ts';
import { type Case, cases } from '../tuning/cases.ts';

const reportSchema = z.object({
  number: z.number(),
  effect: z
    .object({
      handedSeconds: z.number(),
      deliveredSeconds: z.number(),
      letterSeconds: z.number(),
      cpuSeconds: z.number(),
      mostWaiting: z.number(),
    })
    .optional(),
  trouble: z.string().optional(),
});

export const tuning: Row = {
  name: 'tuning',
  onlyNamed: true,
  what: 'each setting of docs/tuning.md in Postfix and Exim: a mailing to slow receivers',
  async run(say) {
    const hindrance = notApart();
    if (hindrance !== undefined) return [absent('tuning', hindrance)];
    const results: Result[] = [];
    for (const [mta, missing] of [
      ['Postfix', noPostfix],
      ['Exim', noExim],
    ] as const) {
      if (missing !== false) results.push(absent(`tuning: ${mta}`, missing));
      else results.push(...(await effectsOn(mta, say)));
    }
    return results;
  },
};

async function effectsOn(mta: Case['mta'], say: (line: string) => void): Promise<Result[]> {
  const numbers = [...cases.keys()].filter((number) => cases[number]?.mta === mta);
  const results: Result[] = [];
  for await (const line of linesOf('tuning/main.js', numbers.map(String))) {
    const { number, effect, trouble } = reportSchema.parse(JSON.parse(line));
    const one = cases[number];
    if (one === undefined) continue;
    const way = one.verp === 'always' ? 'each' : 'shared';
    const slow = one.replyMs === undefined ? '' : `, ${one.replyMs} ms a reply`;
    const name = `tuning: ${mta}, ${way}${slow}: ${one.name}`;
    if (effect === undefined) {
      results.push(failed(name, trouble ?? 'no figure'));
      continue;
    }
    const { handedSeconds, deliveredSeconds, letterSeconds, cpuSeconds, mostWaiting } = effect;
    const perSecond = rounded(one.members / deliveredSeconds);
    // Exim does not wait for its deliveries, so nobody can tell what they took.
    const cpu = mta === 'Postfix' ? `, ${rounded(cpuSeconds, 1)} s CPU` : '';
    const times = `handed over in ${rounded(handedSeconds, 1)} s, delivered in ${rounded(deliveredSeconds, 1)} s`;
    const letter = `a letter of another in ${rounded(letterSeconds, 1)} s`;
    const rest = `${times}, ${letter}${cpu}, ${mostWaiting} waiting at most`;
    say(`${name}: ${rest}`);
    results.push({ name, value: perSecond, unit: '/s', wanted: rest, holds: true });
  }
  return results;
}
