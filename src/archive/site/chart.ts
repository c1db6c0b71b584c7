/** A chart of the postings of each month, as SVG: no script, and readable as text. */
import { escaped } from './html.ts';

export type MonthCount = { readonly month: string; readonly posts: number };

const width = 720;
const height = 176;
/** Room for words over and under the bars, as large as a phone needs them. */
const ceiling = 26;
const floor = 26;
const yearWidth = 52;
/** Bars that are told apart; of a longer life the last ones. */
const maxMonths = 240;

/** The months between the first and the last one, those without postings too. */
export function chartText(counts: readonly MonthCount[], title: string): string {
  const months = filled(counts).slice(-maxMonths);
  const most = Math.max(1, ...months.map(({ posts }) => posts));
  const step = width / Math.max(1, months.length);
  const bars = months.map(({ month, posts }, n) => {
    const tall = posts === 0 ? 0 : Math.max(1, ((height - floor - ceiling) * posts) / most);
    const [x, y, wide] = [n * step, height - floor - tall, Math.max(0.5, step - 1)];
    const bar = `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${wide.toFixed(1)}" height="${tall.toFixed(1)}"><title>${month}: ${posts}</title></rect>`;
    const isYear =
      month.endsWith('-01') && (months.length < 150 || Number(month.slice(0, 4)) % 5 === 0);
    if (!isYear) return bar;
    const place = x > width - yearWidth ? `${width}" text-anchor="end` : x.toFixed(1);
    return `${bar}<text x="${place}" y="${height - 6}">${month.slice(0, 4)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>rect { fill: #3b7dd8; } text { font: 13px sans-serif; fill: #777; }
@media (max-width: 480px) { text { font-size: 22px; } }</style>
<text x="0" y="18">at most ${most} a month</text>
${bars.join('\n')}
</svg>
`;
}

function filled(counts: readonly MonthCount[]): MonthCount[] {
  const known = new Map(counts.map(({ month, posts }) => [month, posts]));
  const months = [...known.keys()].sort();
  const [first, last] = [months[0], months.at(-1)];
  const all: MonthCount[] = [];
  if (first === undefined || last === undefined) return all;
  for (let month = first; month <= last; month = nextMonth(month)) {
    all.push({ month, posts: known.get(month) ?? 0 });
  }
  return all;
}

function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}
