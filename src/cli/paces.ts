/** What `status` says of mail that is held back: by limits, by servers, by relays. */
import { existsSync } from 'node:fs';
import type { SitePaths } from '../ground/config.ts';
import { ageText } from '../model/amounts.ts';
import type { Strained } from '../store/pace-books.ts';
import type { Column } from './output.ts';

/** What is slow, or waits. */
export type PaceStatus = {
  readonly what: string;
  /** Messages a second; undefined where that is no matter of it. */
  readonly rate?: number;
  /** Nothing for so long, ms; 0: it goes, slowly. */
  readonly restMs: number;
  readonly why: string;
};

/** Lines that are shown; a limit for each domain may hold back thousands. */
const maxLines = 50;

/** What is held back, as the workers know it. */
export async function pacesOf({ pace }: SitePaths, now: number): Promise<readonly PaceStatus[]> {
  if (!existsSync(pace)) return [];
  const { openPaceBooks } = await import('../store/pace-books.ts');
  const books = await openPaceBooks(pace);
  try {
    const slow = [...(await books.slow())].map(([what, { rate, until, why }]): PaceStatus => {
      return { what, rate, restMs: Math.max(0, until - now), why };
    });
    const strained = (await books.strained(now)).map(
      (one): PaceStatus => ({
        what: `relay ${one.relay}`,
        restMs: 0,
        why: `worker ${one.worker} uses ${one.lanes} of ${one.most} connections: ${whyText(one)}`,
      }),
    );
    const held = (await books.held(now)).map(
      ({ key, until, why }): PaceStatus => ({ what: key, restMs: until - now, why }),
    );
    return [...slow, ...strained, ...held].slice(0, maxLines);
  } finally {
    books.close();
  }
}

/** Of times nothing is said where it was judged by its answers. */
function whyText({ ms, usual, later }: Strained): string {
  if (ms === 0) return `it put off ${Math.round(later * 100)} % of the recipients (4xx)`;
  return `${msText(ms)} a message, ${msText(usual)} at its best`;
}

function msText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** What `status` shows of each. */
export const paceColumns: readonly Column<PaceStatus>[] = [
  { title: 'HELD BACK', of: ({ what }) => what },
  { title: '/S', of: ({ rate }) => rate?.toFixed(2), align: 'right' },
  { title: 'RESTS', of: ({ restMs }) => (restMs > 0 ? ageText(restMs) : '-'), align: 'right' },
  { title: 'WHY', of: ({ why }) => why },
];
