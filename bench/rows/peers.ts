/** Other list managers that are installed here, beside ours. */
import { existsSync } from 'node:fs';
import { linesOf, notApart } from '../apart.ts';
import { type Figure, readFigure } from '../peers/figures.ts';
import { listmill } from '../peers/listmill.ts';
import { mailman } from '../peers/mailman.ts';
import { mlmmj } from '../peers/mlmmj.ts';
import { sympa } from '../peers/sympa.ts';
import { absent, atLeast, failed, type Result, type Row, rounded, told } from '../row.ts';

const others = [mailman, mlmmj, sympa];

export const peers: Row = {
  name: 'peers',
  onlyNamed: true,
  what: 'Mailman 3, mlmmj and Sympa where they are installed, beside ours: recipients a second',
  async run(say) {
    const there = others.filter(({ programs }) => programs.every((path) => existsSync(path)));
    const missing = others
      .filter((peer) => !there.includes(peer))
      .map(({ name, packages }) =>
        absent(
          `peers: ${name}`,
          `not installed (apt-get install --no-install-recommends ${packages})`,
        ),
      );
    if (there.length === 0) return missing;
    const hindrance = notApart();
    if (hindrance !== undefined) return [absent('peers', hindrance), ...missing];
    const figures = await figuresOf(say);
    return [...judge(figures), ...figures.map(resultOf), ...missing];
  },
};

async function figuresOf(say: (line: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for await (const line of linesOf('peers/main.js')) {
    const figure = readFigure(line);
    figures.push(figure);
    say(`${nameOf(figure)}: ${figure.trouble ?? `${rounded(figure.perSecond ?? 0)} recipients/s`}`);
  }
  return figures;
}

function judge(figures: readonly Figure[]): readonly Result[] {
  const rate = (peer: string, isEach: boolean): number => {
    const same = figures.filter((one) => one.peer === peer && one.isEach === isEach);
    // Where recipients share a message, the loopback is as it is everywhere.
    const usual = same.filter(({ acks }) => isEach || acks === 'delayed');
    return Math.max(0, ...usual.map(({ perSecond = 0 }) => perSecond));
  };
  const beside = (what: string, ours: number, theirs: number, wanted: number) =>
    theirs === 0 ? [] : [atLeast(`peers: ${what}`, rounded(ours / theirs, 1), 'times', wanted)];
  const ours = { each: rate(listmill.name, true), shared: rate(listmill.name, false) };
  const best = Math.max(...others.map(({ name }) => rate(name, false)));
  return [
    ...beside('each, beside Mailman 3', ours.each, rate(mailman.name, true), 100),
    ...beside('each, beside mlmmj', ours.each, rate(mlmmj.name, true), 3),
    ...beside('shared, beside the best', ours.shared, best, 10),
  ];
}

function resultOf(figure: Figure): Result {
  const name = `peers: ${nameOf(figure)}`;
  return figure.perSecond === undefined
    ? failed(name, figure.trouble ?? 'no figure')
    : told(name, rounded(figure.perSecond), '/s');
}

/** `mlmmj, shared by 500, 100000 members`. */
function nameOf({ peer, isEach, transaction, members, acks }: Figure): string {
  const way = isEach ? 'each' : `shared${transaction === undefined ? '' : ` by ${transaction}`}`;
  const network = !isEach && acks === 'at once' ? ', acknowledged at once' : '';
  return `${peer}, ${way}, ${members} members${network}`;
}
