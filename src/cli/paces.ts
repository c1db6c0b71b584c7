/** What `status` says of servers that asked us to slow down. */
import { existsSync } from 'node:fs';
import type { SitePaths } from '../ground/config.ts';
import { ageText } from '../model/amounts.ts';
import type { Column } from './output.ts';

/** One server that is slow now. */
export type PaceStatus = {
  readonly what: string;
  /** Messages a second. */
  readonly rate: number;
  /** Nothing for so long, ms; 0: it goes, slowly. */
  readonly restMs: number;
  readonly why: string;
};

/** Servers that asked us to slow down, as the workers know them. */
export async function pacesOf({ pace }: SitePaths, now: number): Promise<readonly PaceStatus[]> {
  if (!existsSync(pace)) return [];
  const { openPaceBooks } = await import('../store/pace-books.ts');
  const books = await openPaceBooks(pace);
  try {
    return [...(await books.slow())].map(([what, { rate, until, why }]) => {
      return { what, rate, restMs: Math.max(0, until - now), why };
    });
  } finally {
    books.close();
  }
}

/** What `status` shows of each. */
export const paceColumns: readonly Column<PaceStatus>[] = [
  { title: 'SLOW', of: ({ what }) => what },
  { title: '/S', of: ({ rate }) => rate.toFixed(2), align: 'right' },
  { title: 'RESTS', of: ({ restMs }) => (restMs > 0 ? ageText(restMs) : '-'), align: 'right' },
  { title: 'WHY', of: ({ why }) => why },
];
