/** The bar of a mailing that is watched: how far it is, how fast, and how long it will take. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ageText } from '../model/amounts.ts';
import type { Io } from './command.ts';
import type { MailingRow } from './mailing-rows.ts';
import { progress } from './output.ts';

const watchMs = 1000;

/** Ends when the mailing is through, or when nothing is to be expected of it. */
export async function watchUntilDone(
  io: Io,
  look: () => Promise<Pick<MailingRow, 'finished' | 'order' | 'restsUntil' | 'course'>>,
  everyMs = watchMs,
): Promise<void> {
  for (;;) {
    const row = await look();
    if (row.finished !== undefined || row.order === 'pause' || row.restsUntil) return;
    const { course } = row;
    const left = course.leftMs === undefined ? '' : `, ${ageText(course.leftMs)} left`;
    const bar = progress(io, `${Math.round(course.rate)}/s${left}`);
    bar.at(course.share * course.total, course.total);
    await sleep(everyMs);
    bar.end();
  }
}
