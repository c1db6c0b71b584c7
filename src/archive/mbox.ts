/** Messages as mboxrd (mbox(5), RFC 4155), for other programs. */
import { quotedLines } from './quote.ts';

/** One message of an mbox: its From_ line, its lines quoted, an empty line. */
export async function* mboxMessage(
  sender: string | null,
  received: number,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(fromLine(sender, received));
  yield* quotedLines(bytes);
}

/** `From sender asctime-date`: a sender with a space in it would end the address early. */
function fromLine(sender: string | null, received: number): string {
  const who = (sender ?? 'MAILER-DAEMON').replaceAll(/\s/g, '_') || 'MAILER-DAEMON';
  const [, day, date, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(received).toUTCString()) ?? [];
  return `From ${who} ${day} ${month} ${String(Number(date)).padStart(2)} ${time} ${year}\n`;
}
